"""The OpenAPI document: every operation names its problems, its scope and its idempotency."""

from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS

from apps.accounts.access import Openness
from apps.api.idempotency import KEY_PATTERN


class ProblemItemSerializer(serializers.Serializer):
    """One thing that is wrong."""

    code = serializers.CharField()
    message = serializers.CharField()
    article = serializers.CharField(allow_blank=True)
    field = serializers.CharField(allow_blank=True)
    row = serializers.IntegerField(allow_null=True)


class ProblemSerializer(serializers.Serializer):
    """The one shape of every refusal."""

    type = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    status = serializers.IntegerField()
    code = serializers.CharField()
    problems = ProblemItemSerializer(many=True)


_PROBLEMS = {
    "400": "What was sent cannot be understood.",
    "401": "The token is missing or not valid.",
    "403": "The role or the token's scopes do not allow this.",
    "404": "There is no such thing, or it is not yours.",
    "405": "This method does not exist here.",
    "409": "Somebody else was first; read again.",
    "415": "Send JSON, or a form with files where one is asked for.",
    "422": "A rule forbids it; the problems say which.",
    "503": "The system is busy; send the same request again.",
}


class ShituSchema(AutoSchema):
    """Adds to each operation what all of them share."""

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        """Bodies hold what the document names and nothing else; answers may grow."""
        shape = super()._map_basic_serializer(serializer, direction)
        return shape | {"additionalProperties": False} if direction == "request" else shape

    def get_override_parameters(self) -> list[Any]:
        if self.method in SAFE_METHODS:
            return []
        required = bool(getattr(self.view, "moves_money", lambda: False)())
        return [
            OpenApiParameter(
                "Idempotency-Key",
                str,
                OpenApiParameter.HEADER,
                required=required,
                pattern=KEY_PATTERN,
                description="Your own name for this request: the same again is answered from the record.",
            )
        ]

    def _get_paginator(self) -> Any:
        # A list that answers a POST is what was made, all of it.
        return super()._get_paginator() if self.method in SAFE_METHODS else None

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        for status, description in _PROBLEMS.items():
            if status not in bodies and self._may_answer(status):
                response = OpenApiResponse(ProblemSerializer, description)
                bodies[status] = self._get_response_for_code(
                    response, status, media_types=["application/problem+json"], direction=direction
                )
        return bodies

    def _may_answer(self, status: str) -> bool:
        declared = getattr(self.view, "access", None)
        public = declared is not None and declared.openness is Openness.PUBLIC
        if status in ("401", "403"):
            return not public
        if status in ("409", "415", "422"):
            return self.method not in SAFE_METHODS
        return True

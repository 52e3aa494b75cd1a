"""Public notices and objections over REST."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.pagination import NewestFirst
from apps.api.reading import found, valid
from apps.api.serializers import notices as shapes
from apps.api.views.cases import ActingView, CaseViewSet, with_steps
from apps.claims.models import NoticeLine, PublicNotice
from apps.claims.objection_transitions import OBJECTION_TRANSITIONS
from apps.claims.services.raise_objection import Objector, raise_objection
from apps.core.clock import today


class PublicNoticeViewSet(
    ActingView, mixins.RetrieveModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet
):
    """Public notices (公示), also those that ended or were taken down."""

    scope = "claims"
    serializer_class = shapes.PublicNoticeSerializer
    pagination_class = NewestFirst
    lookup_value_converter = "int"

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return PublicNotice.objects.none()
        return PublicNotice.objects.visible_to(self.actor)

    @extend_schema(responses=shapes.NoticeLineSerializer(many=True))
    @action(detail=True)
    def lines(self, request: Request, **_kwargs: Any) -> Response:  # noqa: ARG002 - the framework's signature
        """The lines of a notice as they were published, in pages."""
        page = self.paginate_queryset(self.get_object().lines.all())
        return self.get_paginated_response(shapes.NoticeLineSerializer(page, many=True).data)


@with_steps(OBJECTION_TRANSITIONS)
class ObjectionViewSet(CaseViewSet):
    """Objections to published lines (异议)."""

    label = "claims.objection"
    scope = "claims"
    serializer_class = shapes.ObjectionSerializer

    def get_queryset(self) -> Any:
        return super().get_queryset().with_reopenable()

    @extend_schema(request=shapes.ObjectionCreateSerializer, responses={201: shapes.ObjectionSerializer})
    def create(self, request: Request, **_kwargs: Any) -> Response:
        """Write an objection down that came to the office."""
        data = valid(shapes.ObjectionCreateSerializer, request)
        notices = PublicNotice.objects.visible_to(self.actor)
        line = found(NoticeLine.objects.filter(notice__in=notices), data["line"])

        def work() -> Response:
            made = raise_objection(
                self.actor,
                line,
                Objector(data["name"], data["contact"]),
                data["reason"],
                on=today(),
                received_on=data.get("received_on"),
            )
            shape = shapes.ObjectionSerializer(made, context=self.get_serializer_context())
            return Response(shape.data, status=201)

        return self.once(work)

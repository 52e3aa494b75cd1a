"""The demo city's calendar over REST, for docs/walk.py; there is no such address anywhere else."""

from typing import Any

from django.conf import settings
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.access import access
from apps.accounts.roles import PEOPLE
from apps.core.clock import today
from apps.demo.calendar import DAYS_MAX, put_ahead


class CalendarSerializer(serializers.Serializer):
    days = serializers.IntegerField(min_value=0, max_value=DAYS_MAX)


class CalendarView(APIView):
    """Let days pass in the demo city."""

    access = access(*PEOPLE)
    scope = "plans"

    @extend_schema(exclude=True)
    def post(self, request: Request, **_kwargs: Any) -> Response:
        """Put the calendar ahead; answers the day that it is now."""
        if not settings.DEMO_CITY:
            raise Http404
        given = CalendarSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        put_ahead(given.validated_data["days"])
        return Response({"today": today().isoformat()})

"""The demo city's calendar: from the strip on its pages, and over REST for docs/walk.py. Nowhere else."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.access import access
from apps.accounts.roles import PEOPLE
from apps.core.clock import today
from apps.core.redirects import asked_way
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


class DaysForm(forms.Form):
    days = forms.IntegerField(min_value=1, max_value=DAYS_MAX)


@require_POST
@access(*PEOPLE)
def let_days_pass(request: HttpRequest) -> HttpResponse:
    """Put the calendar ahead for everybody and go back to the page that asked; 404 outside the demo city."""
    if not settings.DEMO_CITY:
        raise Http404
    form = DaysForm(request.POST)
    if form.is_valid():
        put_ahead(form.cleaned_data["days"])
        told = _("It is %(day)s in the demo city now.") % {"day": date_format(today(), "DATE_FORMAT")}
        messages.success(request, told)
    else:
        limits = {"most": DAYS_MAX}
        messages.error(request, _("Say how many days shall pass: from 1 to %(most)s.") % limits)
    return redirect(asked_way(request) or "/")

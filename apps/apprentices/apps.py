"""Classes, rosters and enrolment records."""

from django.apps import AppConfig


class ApprenticesConfig(AppConfig):
    name = "apps.apprentices"
    label = "apprentices"

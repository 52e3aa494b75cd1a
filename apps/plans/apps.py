"""Training plans: application, consent, countersignature, district review, city recheck."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "apps.plans"
    label = "plans"

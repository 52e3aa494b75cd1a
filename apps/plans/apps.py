"""Training plans: application, consent, countersignature, district review, city recheck."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "apps.plans"
    label = "plans"

    def ready(self) -> None:
        from apps.plans import invariants, subject  # noqa: F401 - invariants declare themselves

        subject.announce()

"""Lessons, on-the-job sessions, credits, assessment and certificates."""

from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "apps.training"
    label = "training"

    def ready(self) -> None:
        from apps.training import invariants, subject  # noqa: F401 - invariants declare themselves

        subject.announce()

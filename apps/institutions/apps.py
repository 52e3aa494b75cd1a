"""Who trains: licence scopes, directory standing."""

from django.apps import AppConfig


class InstitutionsConfig(AppConfig):
    name = "apps.institutions"
    label = "institutions"

    def ready(self) -> None:
        from apps.core import tones

        tones.register({"applied": "info", "listed": "good"})
        for table in ("institution", "institutionevent"):
            tones.register({"removed": "bad"}, of=f"institutions.{table}.standing")

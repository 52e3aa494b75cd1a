"""Who employs: standing, industry, bank account."""

from django.apps import AppConfig


class EnterprisesConfig(AppConfig):
    name = "apps.enterprises"
    label = "enterprises"

    def ready(self) -> None:
        from apps.core import tones
        from apps.enterprises import invariants  # noqa: F401 - registers itself

        tones.register({"pending": "warn", "confirmed": "good", "retired": "neutral"})
        for table in ("enterprise", "enterpriseevent"):
            tones.register({"good": "good", "removed": "bad"}, of=f"enterprises.{table}.standing")

"""Who employs: standing, industry, bank account."""

from django.apps import AppConfig


class EnterprisesConfig(AppConfig):
    name = "apps.enterprises"
    label = "enterprises"

    def ready(self) -> None:
        from apps.casework import records, wording
        from apps.core import tones
        from apps.enterprises import (
            invariants,  # noqa: F401 - registers itself
            telling,
        )

        tones.register({"pending": "warn", "confirmed": "good", "retired": "neutral"})
        for table in ("enterprise", "enterpriseevent"):
            tones.register({"good": "good", "removed": "bad"}, of=f"enterprises.{table}.standing")
        wording.show(records.ENTERPRISE, desk_url="desk:enterprise", portal_url="portal:profile")
        wording.say(telling.STANDING, telling.standing_in_words)
        wording.say(telling.ACCOUNT_ENTERED, telling.entered_in_words)
        wording.say(telling.ACCOUNT_CONFIRMED, telling.confirmed_in_words)
        wording.say(telling.ACCOUNT_RETIRED, telling.retired_in_words)

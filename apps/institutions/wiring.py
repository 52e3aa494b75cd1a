"""What this room tells the others: its kinds of case, its words, and what it has them ask."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import register_action
from apps.casework import records, wording
from apps.core import tones
from apps.institutions import telling
from apps.institutions.services.report import REPORTED, reported_in_words

register_action(REPORTED, _("Reported an institution to the city"))
wording.show(records.INSTITUTION, desk_url="desk:institution", portal_url="portal:profile")
wording.say(REPORTED, reported_in_words)
wording.say(telling.STANDING, telling.standing_in_words)
tones.register({"applied": "info", "listed": "good"})
for table in ("institution", "institutionevent"):
    tones.register({"removed": "bad"}, of=f"institutions.{table}.standing")

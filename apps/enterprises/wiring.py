"""What this room tells the others: its kinds of case, its words, and what it has them ask."""

from apps.casework import records, wording
from apps.core import tones
from apps.enterprises import (
    invariants,
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

"""What this room tells the others: its kinds of case, its words, and what it has them ask."""

from apps.casework import wording
from apps.plans import invariants, subject, telling

subject.announce()
# The plan is not the earlier institution's to read any more: the notice leads nowhere in the portal.
wording.say(telling.PARTNER_CHANGED, telling.partner_changed_in_words, desk_url="desk:plan_review")

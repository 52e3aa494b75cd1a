"""What this room tells the others: its kinds of case, its words, and what it has them ask."""

from apps.accounts import staffing
from apps.casework import dead_jobs, empty_seats, wording
from apps.casework.models import Decision, History
from apps.core import jobs, seals

# A change of either, also by the owner of the tables, is found by the chain.
seals.register_table("casework.history", History)
seals.register_table("casework.decision", Decision)
jobs.when_dead(dead_jobs.tell)
staffing.when_emptied(empty_seats.tell)
wording.say(empty_seats.CODE, empty_seats.in_words, desk_url="desk:dashboard")

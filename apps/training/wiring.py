"""What this room tells the others: its kinds of case, its words, and what it has them ask."""

from apps.apprentices.services.change_status import hold_changes
from apps.training import invariants, subject
from apps.training.services.complete_assessed import result_comes_first

hold_changes(result_comes_first)
subject.announce()

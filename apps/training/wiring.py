"""What this room tells the others: its kinds of case, its words, and what it has them ask."""

from apps.training import invariants, subject

subject.announce()

"""What this room tells the others: its kinds of case, its words, and what it has them ask."""

from apps.accounts import invariants, sentences, signals
from apps.core import tones

tones.register({"proposed": "info", "ended": "neutral"})

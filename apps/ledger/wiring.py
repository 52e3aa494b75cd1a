"""What this room tells the others: its kinds of case, its words, and what it has them ask."""

from apps.core import tones
from apps.ledger import invariants, policy_funds, sealing
from apps.ledger.services import closing

closing.register_words()
tones.register({"open": "info", "proposed": "warn"}, of="ledger.accountingperiod.state")

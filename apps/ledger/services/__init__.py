"""What may be done to the ledger. Other rooms import from here.

Every verb is safe to repeat: the caller names the event by a `key`, a second call with the same key finds
the first one's rows, and the same key with other content is a Conflict.
"""

from apps.ledger.services.budgets import (
    adjust,
    appropriate,
    refund,
    release,
    reserve,
    reserve_from,
    take_back,
    use,
)
from apps.ledger.services.bulk import post_many
from apps.ledger.services.closing import close_period, propose_closing, withdraw_closing
from apps.ledger.services.keeping import fold_balances, rebuild_balances
from apps.ledger.services.planning import plan_split
from apps.ledger.services.posting import post
from apps.ledger.services.reversing import reverse
from apps.ledger.services.specs import LegSpec, Posting, credit, debit
from apps.ledger.services.using_many import Draw, use_many

__all__ = [
    "Draw",
    "LegSpec",
    "Posting",
    "adjust",
    "appropriate",
    "close_period",
    "credit",
    "debit",
    "fold_balances",
    "plan_split",
    "post",
    "post_many",
    "propose_closing",
    "rebuild_balances",
    "refund",
    "release",
    "reserve",
    "reserve_from",
    "reverse",
    "take_back",
    "use",
    "use_many",
    "withdraw_closing",
]

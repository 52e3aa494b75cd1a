"""What of the ledger is sealed: each transaction with its legs, and each movement of a budget."""

from apps.core import seals
from apps.ledger.models import BudgetMovement

TRANSACTIONS = "ledger.transaction"
MOVEMENTS = "ledger.budgetmovement"

# Version 1. A change of this expression is a new version, registered beside it.
_TRANSACTION = """jsonb_build_array(
    sealed.id, sealed.key, sealed.on_date, sealed.kind, sealed.memo, sealed.reverses_id, sealed.posted_by_id,
    sealed.subject_type, sealed.subject_id, <created_at>,
    (SELECT jsonb_agg(jsonb_build_array(leg.position, leg.on_date, leg.account_code, leg.fund_code,
                                        leg.district_code, leg.debit_fen, leg.credit_fen, leg.subject_type,
                                        leg.subject_id) ORDER BY leg.position)
       FROM ledger_leg AS leg WHERE leg.transaction_id = sealed.id))::text""".replace(
    "<created_at>", seals.instant("sealed.created_at")
)

_MOVEMENT_COLUMNS = [
    "id",
    "key",
    "position",
    "kind",
    "fund_code",
    "district_code",
    "year",
    "amount_fen",
    "reservation_key",
    "on_date",
    "document",
    "by_id",
    "subject_type",
    "subject_id",
    "created_at",
]

seals.register(TRANSACTIONS, table="ledger_transaction", content=_TRANSACTION, version=1)
seals.register_table(MOVEMENTS, BudgetMovement, version=1, columns=_MOVEMENT_COLUMNS)

"""Payment orders with their parts, recoveries, and requests for budgets."""

from apps.payouts.models.budget import BudgetRequest
from apps.payouts.models.order import PaymentLine, PaymentOrder, PaymentPart
from apps.payouts.models.recovery import Recovery, RecoveryPart, RecoveryReceipt

__all__ = [
    "BudgetRequest",
    "PaymentLine",
    "PaymentOrder",
    "PaymentPart",
    "Recovery",
    "RecoveryPart",
    "RecoveryReceipt",
]

"""Payment orders with their parts, and recoveries."""

from apps.payouts.models.order import PaymentLine, PaymentOrder, PaymentPart
from apps.payouts.models.recovery import Recovery, RecoveryPart, RecoveryReceipt

__all__ = ["PaymentLine", "PaymentOrder", "PaymentPart", "Recovery", "RecoveryPart", "RecoveryReceipt"]

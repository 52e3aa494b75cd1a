"""Payment orders with their parts, recoveries and what became of them, and requests for budgets."""

from apps.payouts.models.budget import BudgetRequest
from apps.payouts.models.instalment import Instalment, InstalmentAgreement, RecoveryReminder
from apps.payouts.models.notice import RecoveryNotice
from apps.payouts.models.offset import RecoveryOffset, RecoveryOffsetPart
from apps.payouts.models.order import PaymentLine, PaymentOrder, PaymentPart
from apps.payouts.models.recovery import OPEN_FEN, Recovery, RecoveryPart, RecoveryReceipt, UndoneReceipt
from apps.payouts.models.write_off import RecoveryWriteOff

__all__ = [
    "OPEN_FEN",
    "BudgetRequest",
    "Instalment",
    "InstalmentAgreement",
    "PaymentLine",
    "PaymentOrder",
    "PaymentPart",
    "Recovery",
    "RecoveryNotice",
    "RecoveryOffset",
    "RecoveryOffsetPart",
    "RecoveryPart",
    "RecoveryReceipt",
    "RecoveryReminder",
    "RecoveryWriteOff",
    "UndoneReceipt",
]

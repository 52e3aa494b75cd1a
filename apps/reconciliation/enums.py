"""Words of the reconciliation: runs, kinds of differences, corrections."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.roles import Role


class RunState(models.TextChoices):
    """How far a run is; what broke off is taken up again by its job."""

    RUNNING = "running", _("Running")
    DONE = "done", _("Done")


class BreakKind(models.TextChoices):
    """What differs from what. The first half looks at the bank, the second at our own books."""

    ORDER_UNSEEN = "order_unseen", _("Payment recorded by hand that no statement shows")
    RESULT_UNSEEN = "result_unseen", _("Paid by the result file, not in a statement")
    LINE_OUT = "line_out", _("Money left the account and no payment explains it")
    LINE_IN = "line_in", _("Money came in that nothing explains")
    CHARGE = "charge", _("Charge of the bank")
    INTEREST = "interest", _("Interest of the bank")
    LINE_AMOUNT = "line_amount", _("The bank moved another amount than the order says")
    MATCH_AMOUNT = "match_amount", _("Movement and what it was matched with differ")
    DAY_DIFFERS = "day_differs", _("Booked long after the day of payment")
    RECEIPT_UNSEEN = "receipt_unseen", _("Receipt for a recovery that no statement shows")
    POSTING_UNSEEN = "posting_unseen", _("Posting of cash that no statement shows")
    BALANCE = "balance", _("Balance of the account differs from the books")
    SUSPENSE = "suspense", _("Money in suspense")
    RESULT_AMOUNT = "result_amount", _("Order, batch and result differ in the amount")
    RESULT_STATE = "result_state", _("Order and result file contradict each other")
    BATCH_TOTAL = "batch_total", _("Control total of a batch differs from its payments")
    CLAIM_PAID = "claim_paid", _("Claim and payment orders differ")
    MADE_AFTER_ALL = (
        "made_after_all",
        _("Undone payment that a statement shows as made, and not as sent back"),
    )
    LEDGER_MISSING = "ledger_missing", _("Paid order without a posting")
    LEDGER_UNFOUNDED = "ledger_unfounded", _("Posting of a payment without a paid order")
    LEDGER_AMOUNT = "ledger_amount", _("Posting of a payment with another amount")
    FUND_SPLIT = "fund_split", _("Split over the funds differs")
    RECEIPT_LEDGER = "receipt_ledger", _("Receipt and its posting differ")


# Movements, and parts of movements, that nothing explains.
MOVEMENTS = (
    BreakKind.LINE_IN,
    BreakKind.LINE_OUT,
    BreakKind.LINE_AMOUNT,
    BreakKind.CHARGE,
    BreakKind.INTEREST,
)
# Whose it is to explain a difference; the district comes from the record. Everything else is finance's.
OWNERS: dict[str, Role] = {BreakKind.CLAIM_PAID: Role.DISTRICT_SUPERVISOR}


class BreakState(models.TextChoices):
    """What became of a difference."""

    OPEN = "open", pgettext_lazy("difference", "Open")
    EXPLAINED = "explained", _("Closed by rule")
    CORRECTED = "corrected", _("Corrected")
    GONE = "gone", _("Gone")


# It is still there at the bank or in the books.
STANDING = (BreakState.OPEN, BreakState.EXPLAINED)


class CorrectionKind(models.TextChoices):
    """How a difference is corrected. Each posts, or undoes, and never edits."""

    CHARGE = "charge", _("Book as a charge of the bank")
    INTEREST = "interest", _("Book as interest of the bank")
    SUSPENSE = "suspense", _("Take to suspense")
    CLEAR = "clear", _("Take out of suspense")
    PAY_BACK = "pay_back", _("It pays suspense money back")
    POSTING = "posting", _("It is a posting that stands in the books")
    NEVER_PAID = "never_paid", _("The bank did not make the payment: undo it")
    REPOST = "repost", _("Reverse and post again as the order says")
    OPENING = "opening", _("Book the opening balance of the account")
    UNDO_MATCH = "undo_match", _("Undo a wrong match")
    UNDO_RETURN = "undo_return", _("It was not sent back: undo the return")
    UNDO_RECEIPT = "undo_receipt", _("It was received for the wrong notice: undo the receipt")
    UNDO_PAY_BACK = "undo_payback", _("It paid no suspense money back: undo that")
    UNDO_OPENING = "undo_opening", _("Undo a wrong opening balance")


K, C = BreakKind, CorrectionKind
# Those that are written for a movement which agrees with everything, and is matched wrongly all the same.
OF_A_MATCH = (C.UNDO_RETURN, C.UNDO_RECEIPT, C.UNDO_MATCH)
# Corrections that were signed and turn out wrong, and no match or item lets them go: what undoes each.
UNDONE_BY: dict[str, CorrectionKind] = {C.PAY_BACK: C.UNDO_PAY_BACK, C.OPENING: C.UNDO_OPENING}
# Which corrections fit a kind; a kind that is missing here is settled where it arose.
FITTING: dict[str, tuple[str, ...]] = {
    K.LINE_OUT: (C.CHARGE, C.INTEREST, C.POSTING, C.PAY_BACK, C.SUSPENSE),
    K.LINE_IN: (C.INTEREST, C.CHARGE, C.POSTING, C.PAY_BACK, C.SUSPENSE),
    K.CHARGE: (C.CHARGE, C.POSTING, C.PAY_BACK, C.SUSPENSE),
    K.INTEREST: (C.INTEREST, C.POSTING, C.PAY_BACK, C.SUSPENSE),
    K.LINE_AMOUNT: (C.SUSPENSE,),
    K.MATCH_AMOUNT: (C.UNDO_MATCH,),
    K.DAY_DIFFERS: (C.UNDO_MATCH,),
    K.RESULT_UNSEEN: (C.NEVER_PAID,),
    K.ORDER_UNSEEN: (C.NEVER_PAID,),
    K.MADE_AFTER_ALL: (C.UNDO_RETURN, C.SUSPENSE),
    K.RECEIPT_UNSEEN: (C.UNDO_RECEIPT,),
    K.POSTING_UNSEEN: (C.REPOST,),
    K.BALANCE: (C.OPENING,),
    K.SUSPENSE: (C.CLEAR,),
    K.LEDGER_MISSING: (C.REPOST,),
    K.LEDGER_UNFOUNDED: (C.REPOST,),
    K.LEDGER_AMOUNT: (C.REPOST,),
    K.FUND_SPLIT: (C.REPOST,),
}

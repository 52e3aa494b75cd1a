"""The guards of what corrections take back, planted like those of `guards.py`."""

from tests.faults import attacks_undoing as attacks
from tests.faults import guards
from tests.faults.schedule import UNDONE_PAYMENTS, UNDONE_RECEIPTS

UNDOING = (
    guards.unique(
        "payouts_undonereceipt", "payouts_undonereceipt_receipt_id_key", attack=attacks.undo_twice
    ),
    guards.unique("payouts_recoveryreceipt", "receipt_serial_once", attack=attacks.serial_twice),
    guards.trigger("payouts_recoveryreceipt", "counts", attack=attacks.in_place_of_one_that_counts),
    guards.trigger("payouts_undonereceipt", "counts", favour=UNDONE_RECEIPTS),
    guards.trigger("banking_statementmatch", "match_stays", attack=attacks.unmatch_what_counts),
    guards.trigger("banking_statementmatch", "receipt_counts", attack=attacks.match_what_was_undone),
    guards.check(
        "budget that a receipt came back to", "apps.payouts.services.undo_receipt", "standing_in_the_way",
        "if pot.free_fen < fen:", "if False:",
        favour=(*UNDONE_RECEIPTS, "budget paper", "budget paper", "wait"),
    ),
    guards.check(
        "content of a claim that waits again", "apps.payouts.services.undo_receipt", "_reopen_claim",
        "bound(claim, Opinion(reason=reason[:300]))", "Opinion(reason=reason[:300])", favour=UNDONE_RECEIPTS,
    ),
    guards.check(
        "agreement that a receipt was outside of", "apps.payouts.services.agree_instalments",
        "reopen_agreement", "if running is not None and before != running:", "if False:",
        attack=attacks.keep_an_agreement_over_the_rest,
    ),
    guards.check(
        "agreement that a receipt fulfilled", "apps.payouts.services.agree_instalments", "reopen_agreement",
        "and before.state == AgreementState.ENDED", "and False",
        attack=attacks.end_an_agreement_for_good,
    ),
    guards.check(
        "receipt of a movement that is another's", "apps.payouts.services.receive_recovery",
        "_require_fitting", " and not UndoneReceipt.objects.filter(receipt=before).exists()", "",
        favour=UNDONE_RECEIPTS,
    ),
    guards.check(
        "payment released anew after its return", "apps.payouts.services.undo_return", "standing_in_the_way",
        "if claim.state != ClaimState.APPROVED or later.exists() or set_off.exists():",
        "if False:", attack=attacks.undo_a_return_after_a_new_release,
    ),
    guards.check(
        "payment of a batch that was never made", "apps.banking.checks", "missing_for_closing",
        ".exclude(never_made)", "", favour=UNDONE_PAYMENTS,
    ),
)  # fmt: skip

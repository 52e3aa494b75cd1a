"""A movement was taken for something that it is not: the match goes into the record of those undone."""

from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.banking.enums import MatchKind
from apps.banking.models import StatementMatch, UndoneMatch
from apps.core.errors import Refused
from apps.payouts.models import UndoneReceipt


def undo_match(actor: Actor, match: StatementMatch, *, reason: str) -> UndoneMatch:
    """Undo the match of a movement, for a reason; the movement is open again.

    Called in a transaction that holds the movement's account. What was posted with it is reversed by the
    caller, a payment that was taken for sent back counts as made before, and a receipt is undone before.
    Raises `Refused` for a receipt that counts.
    """
    if (
        match.kind == MatchKind.RECEIPT
        and not UndoneReceipt.objects.filter(receipt=match.receipt_id).exists()
    ):
        raise Refused(
            _("A receipt changed a claim and its budget: it is not undone here."),
            code="match_of_a_claim",
        )
    undone = UndoneMatch.objects.create(
        match_id=match.pk,
        line_id=match.line_id,
        kind=match.kind,
        entry_id=match.entry_id,
        returned_id=match.returned_id,
        receipt_id=match.receipt_id,
        transaction_id=match.transaction_id,
        division_id=match.division_id,
        rule=match.rule,
        matched_by_id=match.matched_by_id,
        matched_at=match.matched_at,
        undone_by_id=actor.account_id,
        reason=reason[:300],
    )
    match.delete()
    return undone

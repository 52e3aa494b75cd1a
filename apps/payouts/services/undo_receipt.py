"""Money that was received for a recovery was not meant for it: the receipt counts no more."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.casework.engine import Opinion, fire
from apps.casework.models import Notice
from apps.casework.notices import leave
from apps.claims.enums import ClaimState
from apps.claims.models import Claim
from apps.claims.services import entitlements
from apps.claims.services.review_claim import bound
from apps.claims.transitions import CLAIM_TRANSITIONS
from apps.core import failpoints
from apps.core.errors import NotFound, Problem, Refused
from apps.core.money import yuan
from apps.ledger import services as ledger
from apps.ledger.enums import MovementKind
from apps.ledger.models import Budget, BudgetMovement, Leg, Transaction
from apps.ledger.periods import posting_day
from apps.payouts.enums import RecoveryState
from apps.payouts.models import Recovery, RecoveryReceipt, UndoneReceipt
from apps.payouts.services.agree_instalments import reopen_agreement

CODE = "payouts.recovery.receipt_undone"


def undo_receipt(actor: Actor, receipt: RecoveryReceipt, *, on: date, key: str, reason: str) -> Transaction:
    """Take back that money came in for a recovery; returns the reversal, posted under `key`.

    Notice, parts, budgets and apprentices stand as if it had not come, the claim waits for the money again,
    an instalment agreement holds again. It is posted on the day of the receipt, or on the first open one.
    Raises `Refused` where something is in the way (`standing_in_the_way`), `NotFound` for another's notice.
    """
    with transaction.atomic():
        recovery = _lock(actor, receipt)
        problems = list(standing_in_the_way(receipt))
        if problems:
            raise Refused(
                _("This cannot be done yet. What is missing is listed below."),
                code="incomplete",
                problems=problems,
            )
        posted = Transaction.objects.get(key=receipt.ledger_key)
        day = posting_day(receipt.received_on, on)
        UndoneReceipt.objects.create(
            receipt=receipt, key=key, undone_on=day, undone_by_id=actor.account_id, reason=reason[:300]
        )
        failpoints.point("undo_receipt.counted")
        _take_back(recovery, receipt, posted, actor, day)
        entitlements.unrecover_lines(recovery.claim, receipt.amount_fen)
        reversal = ledger.reverse(posted, key, day, reason, posted_by_id=actor.user_id)
        failpoints.point("undo_receipt.booked")
        recovery.refresh_from_db()
        reopen_agreement(receipt, recovery, reason, on)
        _reopen_claim(recovery, actor, reason, on)
        leave([_notice(recovery, receipt, reason)])
    return reversal


def standing_in_the_way(receipt: RecoveryReceipt) -> Iterator[Problem]:
    """Why a receipt cannot be undone: it is already, the books lack it, or its budget is promised again."""
    if UndoneReceipt.objects.filter(receipt=receipt).exists():
        yield Problem("undone_already", _("This receipt was undone already."))
        return
    posted = Transaction.objects.filter(key=receipt.ledger_key).first()
    if posted is None or posted.reversals.exists():
        message = _("The books do not hold this receipt any more. Have its posting examined first.")
        yield Problem("not_in_the_books", message)
        return
    wanted: dict[tuple[str, str, int], int] = defaultdict(int)
    for moved in refunds_of(receipt):
        wanted[(moved.fund_id, moved.district_code, moved.year)] += moved.amount_fen
    for (fund, district, year), fen in sorted(wanted.items()):
        pot = Budget.objects.select_related("fund").get(fund=fund, district_code=district, year=year)
        if pot.free_fen < fen:
            message = _(
                "%(fund)s of %(year)s got %(back)s yuan back with this receipt, and only %(free)s yuan of it"
                " are free: the rest is promised again, cut or moved. Have the budget raised first."
            )
            about = {"fund": pot.fund.label, "year": year, "back": yuan(fen), "free": yuan(pot.free_fen)}
            yield Problem("budget_promised", message % about)


def refunds_of(receipt: RecoveryReceipt) -> list[BudgetMovement]:
    """What a receipt gave back to which budgets, by the parts of its notice."""
    keys = [f"{receipt.ledger_key}:{pk}" for pk in receipt.recovery.parts.values_list("pk", flat=True)]
    rows = BudgetMovement.objects.filter(key__in=keys, kind=MovementKind.REFUND)
    return list(rows.order_by("id"))


def _lock(actor: Actor, receipt: RecoveryReceipt) -> Recovery:
    rows = Recovery.objects.visible_to(actor).filter(pk=receipt.recovery_id)
    locked = rows.select_for_update(of=("self",)).first()
    if locked is None:
        raise NotFound(_("There is no such notice."), code="no_such_recovery")
    return locked


def _take_back(
    recovery: Recovery, receipt: RecoveryReceipt, posted: Transaction, actor: Actor, day: date
) -> None:
    """Let parts and budgets have what they had before, as the receipt moved them."""
    lost: dict[str, int] = defaultdict(int)
    legs = Leg.objects.filter(transaction=posted, account="written_off")
    for fund, fen in legs.values_list("fund_id", "credit_fen"):
        lost[fund] += fen
    moved = {row.key: row for row in refunds_of(receipt)}
    for part in recovery.parts.select_for_update().order_by("id"):
        row = moved.get(f"{receipt.ledger_key}:{part.pk}")
        if row is None:
            continue
        # The books say by fund how much of it had been written off; within a fund, parts fill in order.
        given_up = min(row.amount_fen, lost[part.fund_id])
        lost[part.fund_id] -= given_up
        part.received_fen -= row.amount_fen
        part.written_off_fen += given_up
        part.save(update_fields=["received_fen", "written_off_fen"])
        ledger.take_back(
            f"{row.key}:undone",
            reservation=part.reservation_key,
            on=day,
            splits=[(part.fund_id, row.amount_fen)],
            by_id=actor.user_id,
        )


def _reopen_claim(recovery: Recovery, actor: Actor, reason: str, on: date) -> None:
    """The claim says again what the notice says: to be recovered, or written off."""
    claim = recovery.claim
    if recovery.state == RecoveryState.WRITTEN_OFF:
        state, action = ClaimState.WRITTEN_OFF, "undo_late_receipt"
    else:
        state, action = ClaimState.RECOVERING, "undo_receipt"
    if claim.state != state:
        opinion = bound(claim, Opinion(reason=reason[:300]))
        fire(CLAIM_TRANSITIONS, claim, action, actor, on=on, opinion=opinion)
    if state == ClaimState.RECOVERING:
        Claim.objects.filter(pk=claim.pk).update(deadline_on=recovery.due_on)


def _notice(recovery: Recovery, receipt: RecoveryReceipt, reason: str) -> Notice:
    about: dict[str, Any] = {
        "name": recovery.number,
        "amount_fen": receipt.amount_fen,
        "day": receipt.received_on.isoformat(),
        "open_fen": recovery.open_fen,
        "reason": reason,
    }
    return Notice(
        subject_type="payouts.recovery",
        subject_id=recovery.pk,
        code=CODE,
        params=about,
        role=Role.ENTERPRISE_OPERATOR,
        organisation_id=recovery.enterprise_id,
    )

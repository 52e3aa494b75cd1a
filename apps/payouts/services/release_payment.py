"""Finance releases a signed claim: one payment order to the payee that was signed for."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.casework.engine import Opinion, fire, lock
from apps.claims.enums import ClaimState
from apps.claims.models import Claim
from apps.claims.services import entitlements
from apps.claims.services.review_claim import bound
from apps.claims.transitions import CLAIM_TRANSITIONS
from apps.core import clock, failpoints
from apps.core.errors import Refused
from apps.enterprises.models import BankAccount
from apps.payouts.allocation import Allocation
from apps.payouts.enums import OrderState
from apps.payouts.models import PaymentLine, PaymentOrder, PaymentPart, RecoveryOffsetPart
from apps.payouts.offsetting import Planned, candidates, plan_offsets, set_off_before
from apps.payouts.postings import post_cash
from apps.payouts.services.set_off import set_off
from apps.payouts.services.settling import give_back, settle

# Claim line, fund, fen.
Line = tuple[int, str, int]
# Who says that an attempt which came to nothing was made all the same, so that no other one is released.
_attempt_holders: list[Callable[[PaymentOrder], None]] = []


def hold_attempts(refuse: Callable[[PaymentOrder], None]) -> None:
    """Let a higher floor refuse a new attempt; it raises `Refused` for an undone one that was paid."""
    _attempt_holders.append(refuse)


def release_payment(actor: Actor, claim: Claim, *, on: date, opinion: Opinion | None = None) -> Claim:
    """Release the payment of a signed claim (4(4)).

    The budget is used, the obligation posted, open recoveries of the enterprise are set off as the city's
    rules say, and an order over the rest is made for the bank. Where nothing is left to pay, the claim is
    settled at once. Raises `Refused` when the payee's account is no longer the one that was signed for, or
    for anybody who acted on the claim, its class or its plan before.
    """
    with transaction.atomic():
        planned = _plan(claim, actor, on)
        whole = bool(planned) and sum(plan.amount_fen for plan in planned) == _to_pay(claim)
        return fire(
            CLAIM_TRANSITIONS,
            claim,
            "set_off" if whole else "release",
            actor,
            on=on,
            opinion=bound(claim, opinion),
            effect=lambda locked: _release(locked, planned, actor, on),
            separate_from=[claim.training_class, claim.training_class.plan],
        )


def _plan(claim: Claim, actor: Actor, on: date) -> list[Planned]:
    """What will be set off, with claim and recoveries locked; nothing where nothing is released."""
    locked = lock(claim, actor)
    if locked.state != ClaimState.APPROVED:
        return []
    return plan_offsets(locked, candidates(locked, on, lock=True), on)


def _to_pay(claim: Claim) -> int:
    return claim.net_fen - set_off_before(claim)


def _release(claim: Claim, planned: list[Planned], actor: Actor, on: date) -> list[str]:
    before = PaymentOrder.objects.filter(claim=claim).order_by("-attempt").first()
    for undone in claim.orders.filter(state=OrderState.RETURNED):
        for refuse in _attempt_holders:
            refuse(undone)
    attempt = before.attempt + 1 if before else 1
    left_fen = _to_pay(claim) - sum(plan.amount_fen for plan in planned)
    # Where nothing goes to the bank, the account is only named.
    named = None if left_fen else claim.bank_account
    account = named or _approved_account(claim)
    if before is None:
        allocation = settle(claim, actor, on)
        give_back(claim, allocation, claim.recover_fen, actor, on)
        lines = _lines_of(allocation)
    else:
        lines = list(before.lines.order_by("id").values_list("claim_line_id", "fund_id", "amount_fen"))
    nets = _nets(claim, lines)
    set_off(actor, claim, planned, nets, attempt=attempt, on=on)
    order = PaymentOrder.objects.create(
        number=f"{claim.number}-{attempt}",
        key=f"claim:{claim.pk}:{attempt}",
        claim=claim,
        attempt=attempt,
        district_id=claim.district_id,
        year=claim.year,
        enterprise_id=claim.enterprise_id,
        account_name=account.account_name,
        account_number=account.account_number,
        bank_name=account.bank_name,
        payee_fingerprint=claim.payee_fingerprint,
        amount_fen=left_fen,
        offset_fen=claim.net_fen - left_fen,
        state=OrderState.RELEASED if left_fen else OrderState.SET_OFF,
        released_by_id=actor.account_id,
        released_at=clock.moment_of(on),
    )
    failpoints.point("release.ordered")
    _lay_out(order, lines, nets if left_fen else {})
    if not left_fen:
        _count_as_paid(claim, nets, actor, on)
    return []


def _count_as_paid(claim: Claim, nets: dict[str, int], actor: Actor, on: date) -> None:
    """Nothing goes to the bank: the lines are paid by the set-off, and funds settle what is between them."""
    entitlements.pay_lines(claim)
    entitlements.recover_lines(claim, claim.recover_fen)
    post_cash(
        claim,
        sorted((fund, fen) for fund, fen in nets.items() if fen),
        actor,
        on,
        key=f"claim:{claim.pk}:set_off",
        subject=("claims.claim", claim.pk),
    )


def _nets(claim: Claim, lines: Iterable[Line]) -> dict[str, int]:
    """What each fund still pays of the claim: its lines less what earlier releases set off."""
    nets: dict[str, int] = defaultdict(int)
    for _line, fund, fen in lines:
        nets[fund] += fen
    drawn = RecoveryOffsetPart.objects.filter(offset__claim=claim).values_list("fund_id", "drawn_fen")
    for fund, fen in drawn:
        nets[fund] -= fen
    return dict(sorted(nets.items()))


def _approved_account(claim: Claim) -> BankAccount:
    """The account that was signed for, if it is still the enterprise's confirmed one."""
    account = BankAccount.objects.filter(organisation_id=claim.enterprise_id, state="confirmed").first()
    if account is None or account.fingerprint != claim.payee_fingerprint:
        raise Refused(
            _("The payee's account is not the one that was signed for. The claim must be signed again."),
            code="payee_changed",
        )
    return account


def _lines_of(allocation: Allocation) -> list[Line]:
    return [(share.line_id, share.fund, share.fen) for share in allocation.shares]


def _lay_out(order: PaymentOrder, lines: Iterable[Line], nets: dict[str, int]) -> None:
    """What the bank pays by fund, and every line whole: what was set off has paid its lines as well.

    A new attempt pays the same lines out of the same funds: budget and obligation stand already.
    """
    PaymentPart.objects.bulk_create(
        PaymentPart(order=order, fund_id=fund, amount_fen=fen) for fund, fen in nets.items() if fen
    )
    PaymentLine.objects.bulk_create(
        (
            PaymentLine(order=order, claim_line_id=line, fund_id=fund, amount_fen=fen)
            for line, fund, fen in lines
        ),
        batch_size=5000,
    )

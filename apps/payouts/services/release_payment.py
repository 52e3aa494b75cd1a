"""Finance releases a signed claim: one payment order to the payee that was signed for."""

from datetime import date

from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.casework.engine import Opinion, fire
from apps.claims.models import Claim
from apps.claims.services.review_claim import bound
from apps.claims.transitions import CLAIM_TRANSITIONS
from apps.core import clock, failpoints
from apps.core.errors import Refused
from apps.enterprises.models import BankAccount
from apps.payouts.allocation import Allocation
from apps.payouts.models import PaymentLine, PaymentOrder, PaymentPart
from apps.payouts.services.settling import give_back, settle


def release_payment(actor: Actor, claim: Claim, *, on: date, opinion: Opinion | None = None) -> Claim:
    """Release the payment of a signed claim (4(4)).

    The budget is used, the obligation posted, and an order made for the bank. Raises `Refused` when the
    payee's account is no longer the one that was signed for, or for anybody who acted on the claim, its
    class or its plan before.
    """
    return fire(
        CLAIM_TRANSITIONS,
        claim,
        "release",
        actor,
        on=on,
        opinion=bound(claim, opinion),
        effect=lambda locked: _release(locked, actor, on),
        separate_from=[claim.training_class, claim.training_class.plan],
    )


def _release(claim: Claim, actor: Actor, on: date) -> list[str]:
    account = _approved_account(claim)
    before = PaymentOrder.objects.filter(claim=claim).order_by("-attempt").first()
    attempt = before.attempt + 1 if before else 1
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
        payee_fingerprint=account.fingerprint,
        amount_fen=claim.net_fen,
        released_by_id=actor.account_id,
        released_at=clock.moment_of(on),
    )
    failpoints.point("release.ordered")
    if before is None:
        allocation = settle(claim, actor, on)
        give_back(claim, allocation, claim.recover_fen, actor, on)
        _lay_out(order, allocation)
    else:
        _repeat(order, before)
    return []


def _approved_account(claim: Claim) -> BankAccount:
    """The account that was signed for, if it is still the enterprise's confirmed one."""
    account = BankAccount.objects.filter(organisation_id=claim.enterprise_id, state="confirmed").first()
    if account is None or account.fingerprint != claim.payee_fingerprint:
        raise Refused(
            _("The payee's account is not the one that was signed for. The claim must be signed again."),
            code="payee_changed",
        )
    return account


def _lay_out(order: PaymentOrder, allocation: Allocation) -> None:
    PaymentPart.objects.bulk_create(
        PaymentPart(order=order, fund_id=fund, amount_fen=fen)
        for fund, fen in allocation.net_by_fund().items()
    )
    PaymentLine.objects.bulk_create(
        (
            PaymentLine(order=order, claim_line_id=share.line_id, fund_id=share.fund, amount_fen=share.fen)
            for share in allocation.shares
        ),
        batch_size=5000,
    )


def _repeat(order: PaymentOrder, before: PaymentOrder) -> None:
    """A new attempt pays the same lines out of the same funds: budget and obligation stand already."""
    PaymentPart.objects.bulk_create(
        PaymentPart(order=order, fund_id=part.fund_id, amount_fen=part.amount_fen)
        for part in before.parts.all()
    )
    PaymentLine.objects.bulk_create(
        (
            PaymentLine(
                order=order,
                claim_line_id=line.claim_line_id,
                fund_id=line.fund_id,
                amount_fen=line.amount_fen,
            )
            for line in before.lines.order_by("id")
        ),
        batch_size=5000,
    )

"""The second signature: from here on the money is promised."""

from datetime import date

from django.db.models import Sum
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.casework.engine import Opinion, fire
from apps.claims.checks import missing_for_signature
from apps.claims.enums import ClaimKind
from apps.claims.models import Claim
from apps.claims.services import entitlements
from apps.claims.services.review_claim import bound
from apps.claims.transitions import CLAIM_TRANSITIONS
from apps.core.errors import Refused
from apps.ledger import services as ledger
from apps.policy.selectors import parameter


def sign_claim(actor: Actor, claim: Claim, *, on: date, opinion: Opinion | None = None) -> Claim:
    """Sign a claim that pays (4(4)): reserve the budget, commit the entitlements, fix the payee.

    An advance reserves the whole standard of its apprentices, in the policy's order of funds (4(1)).
    Raises `Refused` when the budgets do not reach or the claim does not pay.
    """

    def effect(locked: Claim) -> list[str]:
        if locked.net_fen <= 0:
            raise Refused(signature_that_fits(locked), code="does_not_pay")
        return promise(locked, actor, on)

    return fire(
        CLAIM_TRANSITIONS,
        claim,
        "sign",
        actor,
        on=on,
        opinion=bound(claim, opinion),
        guard=missing_for_signature(on),
        effect=effect,
        separate_from=[claim.training_class, claim.training_class.plan],
    )


def signature_that_fits(claim: Claim) -> str:
    """Which of the three signatures a claim takes, as a sentence for somebody who gave another."""
    if claim.net_fen > 0:
        return _("The claim pays money out. Sign the payment.")
    if claim.net_fen < 0:
        return _("The claim asks money back. Sign the recovery.")
    return _("The claim comes to nothing. Sign that it is settled.")


def promise(claim: Claim, actor: Actor, on: date) -> list[str]:
    """Reserve, commit and fix the payee of a locked claim; returns the fields that were set.

    The money is promised out of the budget of the year in which it is signed for, whenever it was asked for.
    """
    claim.year = on.year
    reserve_budget(claim, actor, on)
    entitlements.commit_lines(claim)
    claim.approved_on = on
    if claim.bank_account is not None:
        claim.payee_fingerprint = claim.bank_account.fingerprint
    return ["approved_on", "payee_fingerprint", "year"]


def reservation_key(claim: Claim) -> str:
    """The name under which a claim's budget is reserved."""
    return f"claim:{claim.pk}"


def reserve_budget(claim: Claim, actor: Actor, on: date) -> None:
    """Reserve what this claim may cost and nothing has reserved before.

    An advance: the whole standard. A remainder: what is due to those who had no advance.
    """
    lines = claim.lines.all()
    if claim.kind == ClaimKind.REMAINDER:
        lines = lines.filter(advance_fen=0, amount_fen__gt=0)
    amount_fen = lines.aggregate(total=Sum("standard_fen", default=0))["total"]
    if not amount_fen:
        return
    order = [fund.code for fund in parameter(claim.policy_document, "fund_order", on)]
    try:
        ledger.reserve_from(
            reservation_key(claim),
            district=claim.district_id,
            year=claim.year,
            amount_fen=amount_fen,
            fund_order=order,
            on=on,
            by_id=actor.user_id,
            subject_type="claims.claim",
            subject_id=claim.pk,
        )
    except Refused as refusal:
        if refusal.code == "budget_exceeded" and amount_fen != claim.net_fen:
            why = _("With an advance the whole standard is reserved, so that the remainder is covered.")
            raise Refused(f"{refusal.message} {why}", code=refusal.code) from refusal
        raise

"""The account that was signed for is no longer the enterprise's: the new one is signed before money moves."""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.casework.engine import Opinion, fire
from apps.claims.enums import ClaimState
from apps.claims.models import Claim
from apps.claims.services.review_claim import bound
from apps.claims.transitions import CLAIM_TRANSITIONS
from apps.core.errors import Problem
from apps.enterprises.models import BankAccount


def present_account(actor: Actor, claim: Claim, *, on: date, opinion: Opinion | None = None) -> Claim:
    """Finance puts the enterprise's new account up for the second signature (4(4)).

    Raises `Refused` while the enterprise has no other confirmed account than the one signed for.
    """
    return fire(
        CLAIM_TRANSITIONS,
        claim,
        "present_account",
        actor,
        on=on,
        opinion=bound(claim, opinion),
        guard=lambda locked, _actor: _new_account_missing(locked),
        separate_from=[claim.training_class, claim.training_class.plan],
    )


def sign_account(actor: Actor, claim: Claim, *, on: date, opinion: Opinion | None = None) -> Claim:
    """Sign the new account: amounts and lines stay as they were signed, the payee is fixed anew (4(4))."""

    def effect(locked: Claim) -> list[str]:
        account = confirmed_account(locked)
        if account is not None:
            locked.bank_account = account
            locked.payee_fingerprint = account.fingerprint
        return ["bank_account", "payee_fingerprint"]

    return fire(
        CLAIM_TRANSITIONS,
        claim,
        "sign_account",
        actor,
        on=on,
        opinion=bound(claim, opinion),
        guard=lambda locked, _actor: _no_account(locked),
        effect=effect,
        separate_from=[claim.training_class, claim.training_class.plan],
    )


def confirmed_account(claim: Claim) -> BankAccount | None:
    """The account into which the enterprise has its money paid today."""
    return BankAccount.objects.filter(organisation_id=claim.enterprise_id, state="confirmed").first()


def new_account(claim: Claim) -> BankAccount | None:
    """The enterprise's account where it is another one than was signed for and the money has not moved."""
    if claim.state not in (ClaimState.APPROVED, ClaimState.PAYEE_SIGNATURE):
        return None
    account = confirmed_account(claim)
    return account if account is not None and account.fingerprint != claim.payee_fingerprint else None


def _no_account(claim: Claim) -> Iterator[Problem]:
    if confirmed_account(claim) is None:
        message = _("The enterprise has no confirmed bank account. Enter one and have it confirmed.")
        yield Problem("no_account", message, article="四（四）", field="bank_account")


def _new_account_missing(claim: Claim) -> Iterator[Problem]:
    yield from _no_account(claim)
    account = confirmed_account(claim)
    if account is not None and account.fingerprint == claim.payee_fingerprint:
        message = _(
            "The enterprise's account is still the one that was signed for. Have it enter a new one and"
            " confirm it first; if the account is right, release the payment again."
        )
        yield Problem("account_not_new", message, article="四（四）", field="bank_account")

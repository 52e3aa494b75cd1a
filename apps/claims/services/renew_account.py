"""The account that was signed for is no longer the enterprise's: the new one is signed before money moves."""

from collections.abc import Iterator
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.casework.engine import Opinion, fire
from apps.casework.models import History
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
    """Sign the new account: amounts and lines stay as they were signed, the payee is fixed anew (4(4)).

    It is the account that finance presented. Raises `Refused` where another was confirmed since: nobody signs
    for what was not put before them.
    """

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
        guard=lambda locked, _actor: [*_no_account(locked), *_not_presented(locked)],
        effect=effect,
        separate_from=[claim.training_class, claim.training_class.plan],
    )


def refuse_account(actor: Actor, claim: Claim, *, on: date, opinion: Opinion) -> Claim:
    """Leave the presented account unsigned, for the opinion's reason: it is presented anew, or replaced."""
    return fire(CLAIM_TRANSITIONS, claim, "refuse_account", actor, on=on, opinion=bound(claim, opinion))


def confirmed_accounts(claim: Claim) -> QuerySet[BankAccount]:
    """The one account into which the enterprise has its money paid today, or none."""
    return BankAccount.objects.filter(organisation_id=claim.enterprise_id, state="confirmed")


def confirmed_account(claim: Claim) -> BankAccount | None:
    """The account into which the enterprise has its money paid today."""
    return confirmed_accounts(claim).first()


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


def _not_presented(claim: Claim) -> Iterator[Problem]:
    # Held until the signature is committed: no other account takes its place meanwhile.
    account = confirmed_accounts(claim).select_for_update(no_key=True).first()
    shown = History.objects.of(claim).filter(action="present_account").order_by("-id").first()
    confirmed_at = account.confirmed_at if account is not None else None
    if shown is not None and confirmed_at is not None and confirmed_at > shown.at:
        message = _(
            "Another account was confirmed after this one was presented. Do not sign; finance presents the"
            " new one."
        )
        yield Problem("account_not_presented", message, article="四（四）", field="bank_account")


def _new_account_missing(claim: Claim) -> Iterator[Problem]:
    yield from _no_account(claim)
    account = confirmed_account(claim)
    if account is not None and account.fingerprint == claim.payee_fingerprint:
        message = _(
            "The enterprise's account is still the one that was signed for. Have it enter a new one and"
            " confirm it first; if the account is right, release the payment again."
        )
        yield Problem("account_not_new", message, article="四（四）", field="bank_account")

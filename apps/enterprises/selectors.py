"""Reads about enterprises: their standing on a day, and where their money goes."""

from datetime import date

from django.utils.translation import gettext as _

from apps.core.errors import Problem, Refused
from apps.enterprises.enums import BankAccountState, Standing
from apps.enterprises.fingerprints import fingerprint_of
from apps.enterprises.models import BankAccount, Enterprise

# What is not put right is reported to the city, which has training stopped and put right.
STANDING_ARTICLE = "六（四）"


def standing_on(enterprise: Enterprise, on: date) -> Standing:
    """The standing on a day: what is written down applies between its days only."""
    standing = Standing(enterprise.standing)
    if standing == Standing.GOOD:
        return standing
    begun = enterprise.standing_from is not None and enterprise.standing_from <= on
    over = enterprise.standing_until is not None and enterprise.standing_until < on
    return standing if begun and not over else Standing.GOOD


def standing_problems(enterprise: Enterprise, on: date) -> list[Problem]:
    """Why the enterprise may not apply on a day; empty when it may.

    To apply is to hand in a plan, to open a class or hand in its roster, to hand in a claim that pays, and
    to have one approved or signed. What goes on all the same: docs/process.md, “Who may not apply”.
    """
    standing = standing_on(enterprise, on)
    if standing == Standing.GOOD:
        return []
    values = {
        "standing": standing.label,
        "since": enterprise.standing_from,
        "reason": enterprise.standing_reason,
    }
    if enterprise.standing_until is None:
        message = (
            _(
                "The enterprise is %(standing)s since %(since)s: %(reason)s. It applies for nothing until "
                "this is lifted; training under way and recoveries go on."
            )
            % values
        )
    else:
        values["until"] = enterprise.standing_until
        message = (
            _(
                "The enterprise is %(standing)s from %(since)s to %(until)s: %(reason)s. It applies for "
                "nothing until then; training under way and recoveries go on."
            )
            % values
        )
    return [Problem(code="enterprise_standing", message=message, article=STANDING_ARTICLE)]


def confirmed_account(organisation_id: int) -> BankAccount | None:
    """The one account that money of an organisation goes to, if it is confirmed."""
    return BankAccount.objects.filter(
        organisation_id=organisation_id, state=BankAccountState.CONFIRMED
    ).first()


def verified_number(account: BankAccount) -> str:
    """Open the number for a payment file; raises Refused where it does not fit its fingerprint."""
    number = str(account.account_number)
    if fingerprint_of(account.account_name, number) != account.fingerprint:
        raise Refused(
            _("The bank account does not fit its fingerprint: it was tampered with. Nothing is paid to it."),
            code="account_tampered",
        )
    return number

"""Whom it concerns is told when an enterprise's standing or an organisation's bank account changes."""

from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import OrganisationKind, Role
from apps.casework import records
from apps.casework.models import Notice
from apps.enterprises.enums import BankAccountState, Standing
from apps.enterprises.models import BankAccount, Enterprise

STANDING = "enterprise_standing"
ACCOUNT_ENTERED = "bank_account_entered"
ACCOUNT_CONFIRMED = "bank_account_confirmed"
ACCOUNT_RETIRED = "bank_account_retired"
# Of those who may confirm an account, the ones whose daily work it is.
_CONFIRM = (Role.DISTRICT_REVIEWER, Role.FINANCE_OFFICER)


def tell_standing(enterprise: Enterprise, actor: Actor, reason: str) -> None:
    """The enterprise and its district learn that it may not apply, or may again."""
    days = enterprise.standing_from, enterprise.standing_until
    params = records.standing_params(enterprise.standing, reason, *days, actor)
    roles = [Role.ENTERPRISE_OPERATOR, Role.DISTRICT_REVIEWER]
    records.tell(records.ENTERPRISE, enterprise.organisation, STANDING, params, to=roles)


def tell_entered(account: BankAccount, actor: Actor) -> None:
    """The district learns that an account waits to be compared with the bank's paper."""
    _tell(account, ACCOUNT_ENTERED, _facts(account, actor), _CONFIRM)


def tell_confirmed(account: BankAccount, actor: Actor) -> None:
    """The organisation learns that money goes to this account from now on."""
    _tell(account, ACCOUNT_CONFIRMED, _facts(account, actor), [_clerk(account)])


def tell_retired(account: BankAccount, actor: Actor, reason: str, *, was: str) -> None:
    """The organisation learns that its account was turned down or taken out of use, and why."""
    params = {**_facts(account, actor), "was": str(was), "reason": reason}
    _tell(account, ACCOUNT_RETIRED, params, [_clerk(account)])


def standing_in_words(notice: Notice) -> str:
    """Since when and until when it may not apply, or that it may again; the reason stands below."""
    told, values = notice.params, records.standing_values(notice)
    if told["standing"] == Standing.GOOD:
        return _("%(name)s is in good standing from %(since)s on and may apply.") % values
    values["standing"] = Standing(told["standing"]).label
    if told["until"]:
        text = _("%(name)s from %(since)s to %(until)s: %(standing)s. It applies for nothing until then.")
    else:
        text = _("%(name)s since %(since)s: %(standing)s. It applies for nothing until this is lifted.")
    return text % values


def entered_in_words(notice: Notice) -> str:
    """Whose account waits."""
    text = _("%(name)s entered the bank account %(number)s: compare it with the bank's paper and confirm.")
    return text % notice.params


def confirmed_in_words(notice: Notice) -> str:
    """Which account is in use now."""
    return _("The bank account %(number)s is confirmed: money is paid to it from now on.") % notice.params


def retired_in_words(notice: Notice) -> str:
    """Which account is not in use, and what to do; the reason stands below."""
    if notice.params["was"] == BankAccountState.PENDING:
        return _("The bank account %(number)s was not confirmed. Enter another.") % notice.params
    return _("The bank account %(number)s was taken out of use. Enter another.") % notice.params


def _facts(account: BankAccount, actor: Actor) -> dict[str, Any]:
    return {"number": account.masked_number, "by": actor.name}


def _clerk(account: BankAccount) -> Role:
    of_enterprise = account.organisation.kind == OrganisationKind.ENTERPRISE
    return Role.ENTERPRISE_OPERATOR if of_enterprise else Role.INSTITUTION_OPERATOR


def _tell(account: BankAccount, code: str, params: dict[str, Any], roles: Any) -> None:
    organisation = account.organisation
    label = records.ENTERPRISE if organisation.kind == OrganisationKind.ENTERPRISE else records.INSTITUTION
    records.tell(label, organisation, code, params, to=roles)

"""Finance enters and retires the accounts that payments come from; a second person signs for each."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.enums import AccessAction
from apps.accounts.roles import Role
from apps.accounts.services import log_access
from apps.banking.enums import BatchState
from apps.banking.formats.profiles import profile
from apps.banking.models import PayingAccount, PaymentBatch
from apps.casework import notices
from apps.casework.models import Notice
from apps.core.crypto import blind_index
from apps.core.errors import Conflict, Forbidden, InvalidInput, NotFound, Problem, Refused
from apps.core.identifiers import parse_bank_account

ENTERED = "banking.payingaccount.entered"
ACCOUNT_INDEX = "banking.paying_account"
SIGNERS = (Role.FINANCE_OFFICER, Role.DISTRICT_SUPERVISOR, Role.CITY_OFFICER)


@transaction.atomic
def enter_paying_account(
    actor: Actor,
    *,
    profile_key: str,
    account_name: str,
    account_number: str,
    bank_name: str,
    bank_code: str = "",
    district: str | None = None,
    fund: str | None = None,
) -> PayingAccount:
    """Enter an account of the actor's district or, for the city's finance, of any district or the city.

    Raises `Forbidden` for anybody but finance, `InvalidInput` for what cannot be, `Conflict` for a number
    that is in use already, `Refused` while a batch of the account's entry before is under way.
    """
    _require_finance(actor)
    if actor.district_code and district != actor.district_code:
        raise Forbidden(_("You enter accounts of your own district."), code="other_district")
    forms = profile(profile_key)
    name, bank, code = account_name.strip(), bank_name.strip(), bank_code.strip()
    problems = []
    if not name:
        problems.append(Problem("blank", _("Enter the account holder."), field="account_name"))
    if not bank:
        problems.append(Problem("blank", _("Enter the bank and its branch."), field="bank_name"))
    if code and not (code.isascii() and code.isdigit() and len(code) == 12):
        message = _("A bank code has 12 digits; leave it empty if you do not know it.")
        problems.append(Problem("bank_code", message, field="bank_code"))
    if problems:
        raise InvalidInput(code="paying_account", problems=problems)
    number = parse_bank_account(account_number)
    _require_none_under_way(blind_index(ACCOUNT_INDEX, number))
    account = PayingAccount(
        district_id=district,
        fund_id=fund,
        profile_key=forms.key,
        account_name=name,
        account_number=number,
        account_index=blind_index(ACCOUNT_INDEX, number),
        bank_name=bank,
        bank_code=code,
        entered_by_id=actor.account_id,
        enterer_id=actor.person_id,
    )
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError as error:
        raise Conflict(_("This account is in use already."), code="account_known") from error
    log_access(actor, AccessAction.BANK_ACCOUNT_ADDED, account)
    _tell_signers(account)
    return account


def _require_none_under_way(index: bytes) -> None:
    """Payments of an account that is entered anew are found in statements of its form before."""
    over = (BatchState.CLOSED, BatchState.CANCELLED)
    rows = PaymentBatch.objects.filter(
        paying_account__account_index=index, paying_account__retired_on__isnull=False
    )
    batch = rows.exclude(state__in=over).order_by("id").first()
    if batch is not None:
        message = _(
            "Batch %(number)s of this account is not closed: its payments are looked for in statements of the"
            " form before. Close or cancel it first, then enter the account anew."
        )
        raise Refused(message % {"number": batch.number}, code="batch_under_way")


def _tell_signers(account: PayingAccount) -> None:
    """Finance and supervisor of its district, or the city's, learn that an account waits for one of them."""
    roles = (Role.FINANCE_OFFICER, Role.DISTRICT_SUPERVISOR if account.district_id else Role.CITY_OFFICER)
    notices.leave(
        Notice(
            subject_type="banking.payingaccount",
            subject_id=account.pk,
            code=ENTERED,
            params={"name": str(account)},
            role=role,
            district_code=account.district_id or "",
        )
        for role in roles
    )


@transaction.atomic
def sign_paying_account(actor: Actor, account: PayingAccount, *, on: date) -> PayingAccount:
    """The second signature: another person compared the account with the bank's paper.

    Only then a batch may be paid from it, and recoveries be paid back to it. Raises `Forbidden` for another
    role and for whoever entered it, `NotFound` for an account of others, `Refused` where it was signed for or
    is out of use.
    """
    if actor.role not in SIGNERS:
        raise Forbidden(_("Your role cannot take this step."), code="not_your_step")
    rows = PayingAccount.objects.visible_to(actor).filter(pk=account.pk)
    locked = rows.select_for_update(of=("self",)).first()
    if locked is None:
        raise NotFound(_("There is no such account."), code="no_such_account")
    if locked.retired_on is not None:
        raise Refused(_("This account is out of use already."), code="retired")
    if locked.confirmed_on is not None:
        raise Refused(_("This account was signed for already."), code="signed")
    if actor.person_id is None or locked.enterer_id is None or actor.person_id == locked.enterer_id:
        raise Forbidden(_("Who entered an account does not sign for it."), code="own_entry")
    locked.confirmed_on = on
    locked.confirmed_by_id = actor.user_id
    locked.confirmer_id = actor.person_id
    locked.save(update_fields=["confirmed_on", "confirmed_by", "confirmer"])
    log_access(actor, AccessAction.BANK_ACCOUNT_CONFIRMED, locked)
    return locked


@transaction.atomic
def retire_paying_account(actor: Actor, account: PayingAccount, *, on: date) -> PayingAccount:
    """Take an account out of use; its batches and statements stay."""
    _require_finance(actor)
    locked = PayingAccount.objects.visible_to(actor).filter(pk=account.pk).select_for_update().first()
    if locked is None:
        raise NotFound(_("There is no such account."), code="no_such_account")
    if locked.retired_on is not None:
        raise Refused(_("This account is out of use already."), code="retired")
    locked.retired_on = on
    locked.save(update_fields=["retired_on"])
    log_access(actor, AccessAction.BANK_ACCOUNT_RETIRED, locked)
    return locked


def _require_finance(actor: Actor) -> None:
    if actor.role != Role.FINANCE_OFFICER:
        raise Forbidden(_("Your role cannot take this step."), code="not_your_step")

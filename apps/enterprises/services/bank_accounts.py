"""Enter, confirm, retire and show the bank accounts that money goes to."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.enums import AccessAction
from apps.accounts.models import Organisation
from apps.accounts.roles import Role
from apps.accounts.services import log_access
from apps.accounts.services.guards import require, require_reason
from apps.core import clock
from apps.core.crypto import blind_index
from apps.core.errors import Conflict, Forbidden, InvalidInput, NotFound, Refused
from apps.core.identifiers import parse_bank_account
from apps.enterprises import telling
from apps.enterprises.enums import BankAccountState
from apps.enterprises.fingerprints import ACCOUNT_INDEX, fingerprint_of
from apps.enterprises.models import BankAccount
from apps.enterprises.models.bank_account import REPLACED, REPLACED_UNCONFIRMED

CONFIRMERS = (Role.DISTRICT_REVIEWER, Role.DISTRICT_SUPERVISOR, Role.FINANCE_OFFICER)


@transaction.atomic
def enter_bank_account(
    actor: Actor,
    organisation: Organisation,
    *,
    account_number: str,
    bank_name: str,
    bank_code: str = "",
    account_name: str = "",
) -> BankAccount:
    """Enter the account of the actor's own organisation; a pending one is replaced, a confirmed one stays
    in use until the new one is confirmed.

    The holder has to be the organisation itself, which `account_name` repeats. Raises InvalidInput
    (number, bank, holder), NotFound (another's organisation), Conflict (two at once).
    """
    require(actor, Role.ENTERPRISE_OPERATOR, Role.INSTITUTION_OPERATOR)
    if not actor.is_system and actor.organisation_id != organisation.pk:
        raise NotFound(_("There is no such record."))
    holder, bank, code = account_name.strip() or organisation.name, bank_name.strip(), bank_code.strip()
    if holder != organisation.name:
        raise InvalidInput(
            _("The account has to be in the name of the organisation itself: %(name)s.")
            % {"name": organisation.name},
            code="account_holder",
        )
    if not bank:
        raise InvalidInput(_("Enter the bank and its branch."), code="bank_blank")
    if code and not (code.isascii() and code.isdigit() and len(code) == 12):
        raise InvalidInput(
            _("A bank code has 12 digits; leave it empty if you do not know it."), code="bank_code"
        )
    number = parse_bank_account(account_number)
    if actor.person_id is None:
        raise Forbidden(_("A bank account is entered by a person."), code="no_person")
    waiting = BankAccount.objects.filter(organisation=organisation, state=BankAccountState.PENDING)
    for earlier in waiting.select_for_update():
        _retire(earlier, REPLACED_UNCONFIRMED)
    account = BankAccount(
        organisation=organisation,
        account_name=holder,
        account_number=number,
        account_index=blind_index(ACCOUNT_INDEX, number),
        fingerprint=fingerprint_of(holder, number),
        bank_name=bank,
        bank_code=code,
        entered_by_id=actor.account_id,
        enterer_id=actor.person_id,
    )
    _insert(account)
    log_access(actor, AccessAction.BANK_ACCOUNT_ADDED, account)
    telling.tell_entered(account, actor)
    return account


@transaction.atomic
def confirm_bank_account(actor: Actor, account: BankAccount) -> BankAccount:
    """Confirm a pending account against the bank's document; the confirmed one before it is retired.

    Raises Forbidden (who entered it does not confirm it), NotFound (not in scope), Refused (not pending).
    """
    require(actor, *CONFIRMERS)
    locked = _visible_locked(actor, account)
    if locked.state != BankAccountState.PENDING:
        raise Refused(_("This account is not waiting for confirmation any more."), code="not_pending")
    if locked.enterer_id == actor.person_id:
        raise Forbidden(_("Who entered an account does not confirm it."), code="own_entry")
    confirmed = BankAccount.objects.filter(
        organisation_id=locked.organisation_id, state=BankAccountState.CONFIRMED
    )
    for earlier in confirmed.select_for_update():
        _retire(earlier, REPLACED)
    locked.state = BankAccountState.CONFIRMED
    locked.confirmed_by_id = actor.user_id
    locked.confirmer_id = actor.person_id
    locked.confirmed_at = clock.now()
    locked.save(update_fields=["state", "confirmed_by", "confirmer", "confirmed_at"])
    log_access(actor, AccessAction.BANK_ACCOUNT_CONFIRMED, locked)
    telling.tell_confirmed(locked, actor)
    return locked


@transaction.atomic
def retire_bank_account(actor: Actor, account: BankAccount, reason: str) -> BankAccount:
    """Turn a pending account down, or take a confirmed one out of use, with the reason."""
    given = require_reason(reason)
    locked = _visible_locked(actor, account)
    if actor.organisation_id != locked.organisation_id:
        require(actor, *CONFIRMERS)
    if locked.state == BankAccountState.RETIRED:
        raise Refused(_("This account is retired already."), code="retired")
    was = locked.state
    _retire(locked, given)
    log_access(actor, AccessAction.BANK_ACCOUNT_RETIRED, locked, given)
    if actor.organisation_id != locked.organisation_id:
        telling.tell_retired(locked, actor, given, was=was)
    return locked


@transaction.atomic
def unmask_bank_account(actor: Actor, account: BankAccount, reason: str) -> str:
    """Return the number in clear to whoever loaded the account by `visible_to`; logged with the reason."""
    given = require_reason(reason)
    log_access(actor, AccessAction.UNMASKED, account, given)
    return str(account.account_number)


def _visible_locked(actor: Actor, account: BankAccount) -> BankAccount:
    found = (
        BankAccount.objects.visible_to(actor).filter(pk=account.pk).select_for_update(of=("self",)).first()
    )
    if found is None:
        raise NotFound(_("There is no such record."))
    return found


def _retire(account: BankAccount, reason: str) -> None:
    account.state = BankAccountState.RETIRED
    account.retired_at = clock.now()
    account.retired_reason = reason
    account.save(update_fields=["state", "retired_at", "retired_reason"])


def _insert(account: BankAccount) -> None:
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError as error:
        raise Conflict(
            _("Somebody entered an account at the same moment. Look at it before you enter another."),
            code="entered_at_once",
        ) from error

"""Where money goes: entered by one person, confirmed by another, never edited, sealed (I8, I22)."""

import pytest
from django.db import IntegrityError, connection

from apps.accounts.middleware import actor_of
from apps.accounts.models import AccessLog
from apps.accounts.roles import Role
from apps.core.errors import Forbidden, InvalidInput, NotFound, Refused
from apps.core.invariants import check, registered
from apps.enterprises import selectors, services
from apps.enterprises.enums import BankAccountState
from apps.enterprises.models import BankAccount
from tests.factories import accounts, enterprises, numbers

BANK = {"bank_name": "中国工商银行北京朝阳支行"}


@pytest.fixture
def enterprise():
    return enterprises.enterprise(district=accounts.district("110105"))


@pytest.fixture
def clerk(enterprise):
    return accounts.actor(Role.ENTERPRISE_OPERATOR, organisation=enterprise.organisation)


@pytest.fixture
def reviewer():
    return accounts.actor(Role.DISTRICT_REVIEWER, district=accounts.district("110105"))


def _enter(clerk, enterprise, **changed):
    given = {"account_number": numbers.account_number(), **BANK, **changed}
    return services.enter_bank_account(clerk, enterprise.organisation, **given)


def test_an_account_is_entered_by_one_and_confirmed_by_another(enterprise, clerk, reviewer) -> None:
    account = _enter(clerk, enterprise)
    assert selectors.confirmed_account(enterprise.pk) is None
    services.confirm_bank_account(reviewer, account)
    assert selectors.confirmed_account(enterprise.pk) == account


def test_a_new_account_takes_over_only_when_it_is_confirmed(enterprise, clerk, reviewer) -> None:
    first = services.confirm_bank_account(reviewer, _enter(clerk, enterprise))
    second = _enter(clerk, enterprise)
    assert selectors.confirmed_account(enterprise.pk) == first
    services.confirm_bank_account(reviewer, second)
    assert selectors.confirmed_account(enterprise.pk) == second
    first.refresh_from_db()
    assert first.state == BankAccountState.RETIRED


def test_entering_again_replaces_what_was_not_confirmed(enterprise, clerk) -> None:
    first, second = _enter(clerk, enterprise), _enter(clerk, enterprise)
    first.refresh_from_db()
    assert (first.state, second.state) == (BankAccountState.RETIRED, BankAccountState.PENDING)


def test_the_person_who_entered_it_does_not_confirm_it_on_another_account(enterprise, clerk) -> None:
    account = _enter(clerk, enterprise)
    person = type(account.enterer).objects.get(pk=clerk.person_id)
    second = accounts.member(
        Role.DISTRICT_REVIEWER, user=accounts.user(person=person), district=enterprise.organisation.district
    )
    with pytest.raises(Forbidden):
        services.confirm_bank_account(actor_of(second), account)
    with pytest.raises(IntegrityError, match="bank_account_confirmed_by_another"):
        BankAccount.objects.filter(pk=account.pk).update(
            state="confirmed", confirmer=person, confirmed_by=second.user, confirmed_at=account.entered_at
        )


def test_another_district_neither_sees_nor_confirms_it(enterprise, clerk) -> None:
    account = _enter(clerk, enterprise)
    stranger = accounts.actor(Role.DISTRICT_REVIEWER, district=accounts.district("110108"))
    assert not BankAccount.objects.visible_to(stranger).exists()
    with pytest.raises(NotFound):
        services.confirm_bank_account(stranger, account)


def test_nobody_enters_the_account_of_another_enterprise(enterprise) -> None:
    stranger = accounts.actor(Role.ENTERPRISE_OPERATOR)
    with pytest.raises(NotFound):
        _enter(stranger, enterprise)


@pytest.mark.parametrize(
    "changed",
    [{"account_number": "12"}, {"bank_name": " "}, {"bank_code": "12"}, {"account_name": "张三"}],
)
def test_what_cannot_be_an_account_is_refused(enterprise, clerk, changed) -> None:
    with pytest.raises(InvalidInput):
        _enter(clerk, enterprise, **changed)
    assert not BankAccount.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"account_name": "别人"},
        {"fingerprint": "0" * 64},
        {"account_index": b"0" * 32},
        {"bank_name": "别的银行"},
        {"state": "pending"},
    ],
)
def test_a_confirmed_account_is_replaced_never_edited(enterprise, change) -> None:
    account = enterprises.bank_account(enterprise.organisation)
    with pytest.raises(IntegrityError, match="replaced, not edited"):
        BankAccount.objects.filter(pk=account.pk).update(**change)


def test_without_the_guard_a_payee_could_be_swapped(enterprise) -> None:
    """The control: it is the trigger that refuses, and nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'pgtrigger_bank_account_fixed%'")
        cursor.execute(f"DROP TRIGGER {cursor.fetchone()[0]} ON enterprises_bankaccount")
        cursor.execute("SET LOCAL ROLE shitu_app")
    account = enterprises.bank_account(enterprise.organisation)
    BankAccount.objects.filter(pk=account.pk).update(account_name="别人")


def test_an_organisation_has_one_confirmed_account_by_the_database_too(enterprise) -> None:
    enterprises.bank_account(enterprise.organisation)
    with pytest.raises(IntegrityError, match="bank_account_confirmed_once"):
        enterprises.bank_account(enterprise.organisation)


def test_a_swapped_ciphertext_does_not_pass_the_fingerprint(enterprise) -> None:
    """The number alone may be sealed anew when keys change: so whoever pays compares the fingerprint."""
    account = enterprises.bank_account(enterprise.organisation)
    assert selectors.verified_number(account) == account.account_number
    BankAccount.objects.filter(pk=account.pk).update(account_number=numbers.account_number())
    account.refresh_from_db()
    with pytest.raises(Refused):
        selectors.verified_number(account)


def test_the_number_is_sealed_and_absent_from_the_history(enterprise) -> None:
    account = enterprises.bank_account(enterprise.organisation)
    with connection.cursor() as cursor:
        cursor.execute("SELECT account_number, fingerprint FROM enterprises_bankaccount")
        sealed, fingerprint = cursor.fetchone()
        cursor.execute("SELECT * FROM enterprises_bankaccountevent")
        columns = {column.name for column in cursor.description}
    assert account.account_number.encode() not in bytes(sealed)
    assert account.account_number not in fingerprint
    assert not columns & {"account_number", "account_index"}


def test_showing_the_number_leaves_a_row_with_the_reason(enterprise, clerk) -> None:
    account = _enter(clerk, enterprise)
    with pytest.raises(InvalidInput):
        services.unmask_bank_account(clerk, account, "")
    assert services.unmask_bank_account(clerk, account, "check") == account.account_number
    row = AccessLog.objects.get(action="unmasked")
    assert (row.subject_id, row.reason) == (str(account.pk), "check")
    assert account.masked_number == f"****{account.account_number[-4:]}"


def test_the_nightly_check_finds_an_account_that_nobody_else_looked_at(enterprise, clerk) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute("ALTER TABLE enterprises_bankaccount DROP CONSTRAINT bank_account_state_with_signs")
        cursor.execute("SET LOCAL ROLE shitu_app")
    account = _enter(clerk, enterprise)
    invariant = registered(["I8a"])[0]
    assert check(invariant).holds
    BankAccount.objects.filter(pk=account.pk).update(state="confirmed")
    assert check(invariant).violations == 1

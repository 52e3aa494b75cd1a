"""Nothing is paid from an account before a second person signed for it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from apps.accounts.middleware import actor_of
from apps.accounts.roles import Role
from apps.banking.models import PayingAccount, PaymentBatch
from apps.banking.pay_to import account_of
from apps.banking.services.build_batch import build_batch
from apps.banking.services.paying_accounts import (
    enter_paying_account,
    retire_paying_account,
    sign_paying_account,
)
from apps.core import invariants
from apps.core.errors import Conflict, Forbidden, NotFound, Refused
from tests.apprentices.test_guards import switched_off, without
from tests.factories import accounts, banking, numbers
from tests.factories.accounts import client_of
from tests.factories.apprentices import ON
from tests.ledger.conftest import refused_by, run
from tests.ledger.conftest import without as without_guard
from tests.triggers import switch_off

__all__ = ["without_guard"]


def entered(of: banking.Treasury, **more: Any) -> PayingAccount:
    given = {
        "profile_key": "city-commercial",
        "account_name": "朝阳区财政局",
        "account_number": numbers.account_number(),
        "bank_name": "北京银行",
        "district": of.district,
        **more,
    }
    return enter_paying_account(of.maker, **given)


def batch_from(of: banking.Treasury, account: PayingAccount) -> PaymentBatch:
    orders = [order.pk for order in of.orders()]
    return build_batch(of.maker, account, district=of.district, orders=orders, pay_on=ON, on=ON)


@pytest.mark.django_db
def test_a_batch_waits_for_the_second_signature_of_its_account():
    of = banking.treasury()
    account = entered(of)
    with pytest.raises(Refused) as refused:
        batch_from(of, account)
    assert refused.value.code == "account_unsigned"
    sign_paying_account(of.checker, account, on=ON)
    assert batch_from(of, account).pk


@pytest.mark.django_db
def test_nobody_signs_for_an_account_that_they_entered_under_whatever_role():
    of = banking.treasury()
    account = entered(of)
    with pytest.raises(Forbidden) as refused:
        sign_paying_account(of.maker, account, on=ON)
    assert refused.value.code == "own_entry"
    user = account.entered_by
    twin = accounts.member(Role.FINANCE_OFFICER, district=accounts.district(of.district), person=user.person)
    with pytest.raises(Forbidden):
        sign_paying_account(actor_of(twin), account, on=ON)
    account.refresh_from_db()
    assert account.confirmed_on is None


@pytest.mark.django_db
def test_it_is_signed_once_by_its_district_or_the_city_and_not_out_of_use():
    of = banking.treasury()
    account = entered(of)
    with pytest.raises(Forbidden):
        sign_paying_account(accounts.actor(Role.AUDITOR), account, on=ON)
    elsewhere = accounts.actor(Role.FINANCE_OFFICER, district=accounts.district("110108"))
    with pytest.raises(NotFound):
        sign_paying_account(elsewhere, account, on=ON)
    sign_paying_account(of.signer, account, on=ON)
    with pytest.raises(Refused):
        sign_paying_account(of.checker, account, on=ON)
    gone = retire_paying_account(of.maker, entered(of), on=ON)
    with pytest.raises(Refused):
        sign_paying_account(of.checker, gone, on=ON)


@pytest.mark.django_db
def test_recoveries_are_not_paid_back_to_an_account_that_nobody_signed_for():
    of = banking.treasury()
    retire_paying_account(of.maker, of.account, on=ON)
    account = entered(of)
    assert account_of(of.district) is None
    sign_paying_account(of.checker, account, on=ON)
    assert account_of(of.district) == account.pk


@pytest.mark.django_db
def test_the_page_offers_the_signature_to_the_other_person_only():
    of = banking.treasury()
    account = entered(of)
    place = accounts.district(of.district)
    other = client_of(accounts.member(Role.FINANCE_OFFICER, district=place))
    page, sign = reverse("desk:paying_accounts"), reverse("desk:paying_account_sign", args=[account.pk])
    assert sign in other.get(page).content.decode()
    assert f"{account.pk}" in sign
    batch_page = other.get(reverse("desk:batch_new")).content.decode()
    assert f'value="{account.pk}"' not in batch_page


def second_signature(account: PayingAccount, person: int, user: int, day: Any = ON) -> None:
    PayingAccount.objects.filter(pk=account.pk).update(
        confirmed_on=day, confirmed_by_id=user, confirmer_id=person
    )


@pytest.mark.django_db
def test_the_database_takes_two_people_and_keeps_what_they_signed():
    of = banking.treasury()
    account = entered(of)
    with pytest.raises(IntegrityError, match="paying_account_two_people"), transaction.atomic():
        second_signature(account, of.maker.person_id, of.maker.user_id)
    second_signature(account, of.checker.person_id, of.checker.user_id)
    with pytest.raises(IntegrityError, match="replaced, not edited"), transaction.atomic():
        second_signature(account, of.signer.person_id, of.signer.user_id, ON + timedelta(days=1))


@pytest.mark.django_db
def test_without_the_constraint_one_person_would_do_and_what_is_paid_is_found(without_guard):
    of = banking.treasury()
    account = entered(of)
    with without_guard("ALTER TABLE banking_payingaccount DROP CONSTRAINT paying_account_two_people"):
        second_signature(account, of.maker.person_id, of.maker.user_id)
        account.refresh_from_db()
        assert violations() == 0
        batch_from(of, account)
        assert violations() == 1


# What would be another account than the one that was signed for.
EDITS = {
    "number": "account_index = reverse(account_index)",
    "holder": "account_name = 'x'",
    "bank": "bank_name = 'x'",
    "entry": "enterer_id = NULL",
    "signature": "confirmed_on = confirmed_on + 1",
    "signature_taken_back": "confirmed_on = NULL, confirmed_by_id = NULL, confirmer_id = NULL",
}


@pytest.mark.django_db
@pytest.mark.parametrize("edit", EDITS)
class TestAnAccountThatWasSignedFor:
    def edited(self, edit: str) -> int:
        return run(
            f"UPDATE banking_payingaccount SET {EDITS[edit]} WHERE id = {banking.treasury().account.pk}"
        )

    def test_is_replaced_and_not_edited(self, edit):
        with refused_by("banking_account_fixed"):
            self.edited(edit)

    def test_would_be_edited_without_the_guard(self, edit, without_guard):
        both = "ALTER TABLE banking_payingaccount DROP CONSTRAINT paying_account_two_people"
        with without_guard(switch_off("banking_payingaccount", "account_fixed"), both):
            assert self.edited(edit) == 1


@pytest.mark.django_db
def test_an_account_out_of_use_stays_out_of_use(without_guard):
    of = banking.treasury()
    gone = retire_paying_account(of.maker, of.account, on=ON)
    back = PayingAccount.objects.filter(pk=gone.pk)
    with pytest.raises(IntegrityError, match="replaced, not edited"), transaction.atomic():
        back.update(retired_on=None)
    with without_guard(switch_off("banking_payingaccount", "account_fixed")):
        assert back.update(retired_on=None) == 1


@pytest.mark.django_db(transaction=True)
def test_the_database_pays_no_batch_from_an_account_that_nobody_signed_for(monkeypatch):
    of = banking.treasury()
    account = entered(of)
    # Past the check of the service.
    monkeypatch.setattr(PayingAccount.objects.all().__class__, "in_use", lambda rows: rows)
    with pytest.raises(Conflict) as refused:
        batch_from(of, account)
    assert "a second person signed" in str(refused.value.__cause__)
    with without(*switched_off("banking_paymentbatch", "from_a_signed_account")):
        batch_from(of, account)
        assert violations() == 1


def violations() -> int:
    return invariants.audit(["I8b"])[0].violations

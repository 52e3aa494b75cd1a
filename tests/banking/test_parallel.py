"""Many at once on one batch, each on a connection of its own, all committing: one effect."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction

from apps.banking.models import BatchEntry, PaymentBatch, ResultFile
from apps.banking.services.batch_steps import sign_batch
from apps.banking.services.build_batch import build_batch
from apps.banking.services.take_result import take_result
from apps.banking.services.take_statement import take_statement
from apps.core import invariants
from apps.core.db import as_owner
from apps.ledger.models import Transaction
from tests.banking.test_results import ALL
from tests.factories import accounts, banking
from tests.factories.apprentices import ON
from tests.ledger.test_concurrency import at_once, kinds

pytestmark = pytest.mark.django_db(transaction=True)
LATER = ON + timedelta(days=3)
MANY = 20


def all_hold() -> bool:
    return all(found.holds for found in invariants.audit(ALL))


def test_of_twenty_batches_of_the_same_orders_one_is_made():
    of = banking.treasury(payments=2)
    orders = [order.pk for order in of.orders()]
    outcomes = at_once(
        MANY,
        lambda _n: (
            type(
                build_batch(of.maker, of.account, district=of.district, orders=orders, pay_on=ON, on=ON)
            ).__name__
        ),
    )
    assert Counter(PaymentBatch.objects.values_list("state", flat=True)) == Counter({"draft": 1})
    assert BatchEntry.objects.count() == 2
    assert kinds(outcomes)["str"] == 1
    assert all_hold()


def test_of_twenty_signatures_one_freezes_the_file():
    of = banking.treasury(payments=2)
    batch = banking.checked(of)
    signers = [of.signer, *(accounts.actor(of.signer.role, district=batch.district) for _n in range(3))]
    outcomes = at_once(MANY, lambda n: sign_batch(signers[n % 4], batch, on=ON).state)
    assert kinds(outcomes) == Counter({"wrong_state": MANY - 1, "BatchState": 1})
    assert all_hold()


def test_a_file_that_comes_twenty_times_at_once_counts_once():
    of = banking.treasury(payments=3)
    batch = banking.sent(of)
    content = of.bank.result(batch.number)
    outcomes = at_once(
        MANY, lambda _n: str(take_result(of.maker, batch, content, name="r.csv", on=LATER).already)
    )
    assert Counter(outcomes) == Counter({"True": MANY - 1, "False": 1})
    assert ResultFile.objects.count() == 1
    assert Transaction.objects.filter(kind="payment").count() == 3
    assert all_hold()


def test_a_statement_that_comes_twenty_times_at_once_counts_once():
    of = banking.treasury(payments=2)
    batch = banking.sent(of)
    take_result(of.maker, batch, of.bank.result(batch.number), name="r.csv", on=LATER)
    content = of.bank.statement(of.account.account_number, ON, LATER)
    outcomes = at_once(
        MANY, lambda _n: str(take_statement(of.maker, of.account, content, name="s.csv", on=LATER).already)
    )
    assert Counter(outcomes) == Counter({"True": MANY - 1, "False": 1})
    assert all_hold()


def change_while_signing(of, batch) -> object:
    """Sign, and before the signature is committed try to retire the payee's account from elsewhere."""

    def retire() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '300ms'")
            cursor.execute(
                "UPDATE enterprises_bankaccount SET state = 'retired', retired_at = now()"
                " WHERE state = 'confirmed'"
            )

    with transaction.atomic():
        sign_batch(of.signer, batch, on=ON)
        return at_once(1, lambda _n: retire())[0]


def test_an_account_cannot_change_between_the_check_and_the_commit_of_a_signature():
    of = banking.treasury()
    assert isinstance(change_while_signing(of, banking.checked(of)), OperationalError)


def test_without_the_guard_it_could():
    """The control: with the guard of the table gone the account changes beneath the signature."""
    of = banking.treasury()
    batch = banking.checked(of)
    guard = "pgtrigger_only_approved_%"
    with as_owner(connection), connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE %s", [guard])
        name = cursor.fetchone()[0]
        cursor.execute(f"ALTER TABLE banking_paymentbatch DISABLE TRIGGER {name}")
    try:
        assert change_while_signing(of, batch) is None
    finally:
        with as_owner(connection), connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE banking_paymentbatch ENABLE TRIGGER {name}")

"""Money goes to the account that was signed for: one that changed stops whatever has not left yet."""

import pytest

from apps.banking.checks import missing_for_check
from apps.banking.selectors import failed_payments
from apps.banking.services.batch_steps import (
    check_batch,
    send_batch,
    sign_batch,
)
from apps.banking.services.build_batch import take_out
from apps.core.errors import Conflict, Refused
from tests.factories import banking, claims
from tests.factories.apprentices import ON


def codes(refusal) -> list[str]:
    return [problem.code for problem in refusal.value.problems]


def test_a_changed_account_keeps_the_order_out_of_any_batch():
    of = banking.treasury()
    order = of.orders()[0]
    claims.moved_account(order.claim)
    with pytest.raises(Refused) as refusal:
        banking.made(of)
    assert codes(refusal) == ["payee_changed"]


@pytest.mark.parametrize(
    ("until", "step"), [("made", check_batch), ("checked", sign_batch), ("signed", send_batch)]
)
def test_an_account_that_changes_meanwhile_stops_the_batch(until, step):
    of = banking.treasury(payments=2)
    order = of.orders()[0]
    batch = getattr(banking, until)(of)
    claims.moved_account(order.claim)
    person = {"made": of.checker, "checked": of.signer, "signed": of.maker}[until]
    with pytest.raises(Refused) as refusal:
        step(person, batch, on=ON)
    assert codes(refusal) == ["payee_changed"]


@pytest.mark.parametrize(("until", "step"), [("checked", sign_batch), ("signed", send_batch)])
def test_the_database_refuses_a_changed_payee_where_the_service_does_not_look(until, step, monkeypatch):
    """The control: with the service blind, the guard of the table still refuses."""
    of = banking.treasury()
    order = of.orders()[0]
    batch = getattr(banking, until)(of)
    claims.moved_account(order.claim)
    monkeypatch.setattr("apps.banking.checks.payees_stand", lambda _batch: iter(()))
    with pytest.raises(Conflict) as refusal:
        step(of.signer if until == "checked" else of.maker, batch, on=ON)
    assert refusal.value.code == "payee_changed"
    batch.refresh_from_db()
    assert batch.state == until


def test_a_payment_with_a_changed_payee_is_taken_out_and_its_release_is_void():
    of = banking.treasury(payments=2)
    order = of.orders()[0]
    batch = banking.made(of)
    claims.moved_account(order.claim)
    entry = batch.entries.get(order=order)
    batch = take_out(of.maker, entry, on=ON, reason="账户已变更")
    order.refresh_from_db()
    assert (batch.count, order.state) == (1, "failed")
    assert [row.pk for row in failed_payments(of.maker)] == [order.pk]
    assert not missing_for_check(batch, of.checker)

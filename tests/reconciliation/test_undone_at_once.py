"""A receipt is undone once, however many undo it at the same moment."""

import pytest

from apps.core.errors import Refused
from apps.core.invariants import audit
from apps.payouts.models import UndoneReceipt
from apps.payouts.services.undo_receipt import undo_receipt
from apps.reconciliation.services.correct import sign_correction
from tests.factories import reconciliation as make
from tests.ledger.test_concurrency import at_once
from tests.reconciliation.test_undone_receipts import asked, mistaken, now, owing_two

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 20


def test_of_twenty_who_undo_a_receipt_at_once_one_does():
    of = owing_two()
    receipt = mistaken(of)
    amount = of.wrong.amount_fen
    outcomes = at_once(
        MANY,
        lambda n: undo_receipt(of.checker, receipt, on=make.MUCH_LATER, key=f"undo:{n}", reason="对应有误"),
    )
    refused = [each for each in outcomes if isinstance(each, Refused)]
    assert (len(refused), UndoneReceipt.objects.count()) == (MANY - 1, 1)
    assert {problem.code for each in refused for problem in each.problems} == {"undone_already"}
    assert now(of.wrong).open_fen == amount


def test_a_correction_that_twenty_sign_at_once_is_booked_once():
    of = owing_two()
    mistaken(of)
    correction = asked(of)
    at_once(MANY, lambda _n: sign_correction(of.checker, correction, on=make.MUCH_LATER))
    correction.refresh_from_db()
    assert (correction.state, UndoneReceipt.objects.count()) == ("signed", 1)
    assert all(found.holds for found in audit(["I5c", "I5f", "I6f", "I7", "I7b", "I10b"]))

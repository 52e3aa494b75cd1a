"""A payment's movement that a person says is another one: no rule matches the two again, people may."""

from datetime import timedelta

import pytest
from django.db import transaction

from apps.banking.models import StatementMatch
from apps.banking.services.batch_steps import close_batch
from apps.banking.services.match_lines import match_open_lines
from apps.banking.services.undo_match import undo_match
from apps.core.errors import Refused
from apps.ledger.models import Transaction
from apps.payouts.services.record_payment import record_payment
from apps.reconciliation.selectors import postings_for
from tests.factories import banking
from tests.factories import reconciliation as make
from tests.ground import stands

pytestmark = pytest.mark.django_db


@pytest.fixture
@stands
def of():
    """A batch that the bank paid, not stated yet."""
    found = make.opened(banking.treasury(payments=2))
    make.paid(found)
    return found


def wrongly_matched(of) -> StatementMatch:
    """A payment whose movement a person says is another one."""
    make.stated(of)
    match = StatementMatch.objects.filter(kind="payment").order_by("id").first()
    with transaction.atomic():
        undo_match(of.maker, match, reason="系另一笔付款")
    return match


def test_no_rule_matches_again_what_a_person_undid(of):
    match = wrongly_matched(of)
    with transaction.atomic():
        match_open_lines(of.maker, of.account.pk, on=make.MUCH_LATER)
    make.run()
    assert not StatementMatch.objects.filter(line=match.line).exists()
    assert {"line_out", "result_unseen"} <= set(make.standing())


def test_another_movement_may_still_be_that_payment_by_rule(of):
    match = wrongly_matched(of)
    day = make.LATER + timedelta(days=1)
    number = match.entry.order_number
    of.bank.receive(of.account.account_number, -match.entry.amount_fen, day, payer="甲", reference=number)
    make.stated(of, day, day)
    found = StatementMatch.objects.get(entry=match.entry)
    assert found.line_id != match.line_id


def test_two_persons_match_it_again_by_hand_and_the_batch_is_closed(of):
    match = wrongly_matched(of)
    make.run()
    row = make.standing()["line_out"]
    posted = Transaction.objects.get(key=f"order:{match.entry.order_id}:paid")
    assert posted in postings_for(row)
    make.corrected(of, row, "posting", transaction=posted.pk)
    assert StatementMatch.objects.get(line=match.line).entry == match.entry
    make.run()
    assert make.standing() == {}
    assert make.broken() == []
    assert close_batch(of.maker, match.entry.batch, on=make.MUCH_LATER).state == "closed"


def test_a_payment_that_a_movement_shows_already_is_no_other_movement(of):
    make.stated(of)
    entry = StatementMatch.objects.filter(kind="payment").order_by("id").first().entry
    day = make.LATER + timedelta(days=1)
    of.bank.receive(of.account.account_number, -entry.amount_fen, day, payer="甲", reference="往来")
    make.stated(of, day, day)
    make.run()
    row = make.standing()["line_out"]
    posted = Transaction.objects.get(key=f"order:{entry.order_id}:paid")
    assert posted not in postings_for(row)
    with pytest.raises(Refused) as refusal:
        make.requested(of.maker, row, "posting", transaction=posted.pk)
    assert "posting_used" in [problem.code for problem in refusal.value.problems]


def by_hand_and_undone(of, line, posted) -> None:
    """A person took a movement for a posting, and that was undone."""
    with transaction.atomic():
        match = StatementMatch.objects.create(
            line=line, kind="posting", transaction=posted, matched_by_id=of.maker.user_id
        )
        undo_match(of.maker, match, reason="系另一笔款项")


def test_no_rule_takes_a_movement_for_the_budget_posting_that_it_is_not(of):
    line = make.stated(of).lines.filter(reference__contains="拨款").order_by("id").first()
    posted = Transaction.objects.filter(kind="appropriation", memo__contains="京财社").order_by("id").first()
    by_hand_and_undone(of, line, posted)
    make.run()
    assert not StatementMatch.objects.filter(line=line, transaction=posted).exists()


def test_no_rule_takes_a_movement_for_the_payment_by_hand_that_it_is_not():
    of = make.opened(banking.treasury())
    order = of.orders()[0]
    record_payment(of.maker, order.claim, on=make.LATER, paid_on=make.LATER, bank_serial="B-1")
    number = of.account.account_number
    of.bank.receive(number, -order.amount_fen, make.LATER, payer="甲", reference="补贴").serial = "B-1"
    line = make.stated(of).lines.get(bank_serial="B-1")
    by_hand_and_undone(of, line, Transaction.objects.get(key=f"order:{order.pk}:paid"))
    make.run()
    assert not StatementMatch.objects.filter(line=line).exists()

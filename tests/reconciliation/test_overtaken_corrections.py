"""A correction waits for its signature, and what it is about changes: it is not signed as it was written."""

import pytest

from apps.accounts.roles import Role
from apps.banking.models import PaymentBatch, StatementLine
from apps.banking.services.batch_steps import close_batch
from apps.core.errors import Refused
from apps.ledger.models import Transaction
from apps.ledger.services import post
from apps.ledger.services import reverse as reversed_by
from apps.ledger.services.closing import propose_closing
from apps.payouts.models import PaymentOrder
from apps.payouts.services.record_payment import record_payment
from apps.reconciliation.models import Correction
from apps.reconciliation.selectors import postings_for
from apps.reconciliation.services.correct import Wanted, request_undoing, sign_correction
from apps.reconciliation.services.undo_correction import request_undoing_of
from tests.factories import accounts, banking
from tests.factories import reconciliation as make
from tests.factories.apprentices import ON
from tests.factories.ledger import two_legs
from tests.ground import stands

pytestmark = pytest.mark.django_db
SPECIAL = "special_account"
AFTER = ON.replace(month=ON.month + 1, day=20)


def codes(refusal) -> set[str]:
    return {problem.code for problem in refusal.value.problems}


@pytest.fixture
@stands
def of():
    """A month in which all sides agree."""
    found = make.opened(banking.treasury())
    make.paid(found)
    make.stated(found)
    make.run()
    return found


def came_in(of, fen: int, reference: str) -> None:
    day = make.LATER.replace(day=make.LATER.day + 1)
    of.bank.receive(of.account.account_number, fen, day, payer="某公司", reference=reference)
    make.stated(of, day, day)


def test_no_more_is_booked_as_opening_balance_than_differs_by_now():
    of = banking.treasury()
    number = of.account.account_number
    of.bank.open_account(number, of.account.account_name, 500_00)
    for _fund in range(2):
        of.bank.receive(number, 10_000_000_00, ON, payer="市财政局", reference="京财社〔2023〕1号")
    make.paid(of)
    make.stated(of)
    make.run()
    waits = make.requested(of.maker, make.standing()["balance"], "opening", fund=SPECIAL)
    about = {"subject_type": "banking.payingaccount", "subject_id": of.account.pk}
    legs = two_legs(300_00, debited="cash", credited="opening_balances", fund=SPECIAL, district=of.district)
    post("found", ON, "opening", "期初", legs, **about)
    make.run()
    assert make.standing()["balance"].amount_fen == 200_00
    with pytest.raises(Refused) as refusal:
        sign_correction(of.checker, waits, on=make.MUCH_LATER)
    assert codes(refusal) == {"amount_changed"}


def test_a_posting_that_a_movement_shows_meanwhile_is_not_reversed(of):
    legs = two_legs(9_00, debited="cash", credited="bank_interest", district=of.district)
    posted = post("odd", ON, "bank_interest", "结息", legs)
    came_in(of, 9_00, "往来")
    make.run()
    waits = make.requested(of.maker, make.standing()["posting_unseen"], "repost")
    make.corrected(of, make.standing()["line_in"], "posting", transaction=posted.pk)
    with pytest.raises(Refused) as refusal:
        sign_correction(of.checker, waits, on=make.MUCH_LATER)
    assert codes(refusal) == {"posting_shown"}
    make.run()
    assert (make.standing(), make.broken()) == ({}, [])


def test_the_night_finds_a_movement_whose_posting_was_reversed(of):
    legs = two_legs(9_00, debited="cash", credited="bank_interest", district=of.district)
    posted = post("odd", ON, "bank_interest", "结息", legs)
    came_in(of, 9_00, "往来")
    make.run()
    make.corrected(of, make.standing()["line_in"], "posting", transaction=posted.pk)
    reversed_by(posted, "odd:back", ON, "误冲")
    assert [number for number, _rows in make.broken()] == ["I6g"]


def test_a_payment_by_hand_that_a_movement_shows_meanwhile_was_made():
    of = make.opened(banking.treasury(payments=2))
    one, two = of.claims
    record_payment(of.maker, one, on=make.LATER, paid_on=ON, bank_serial="HAND-1")
    order = PaymentOrder.objects.get(claim=one)
    make.paid(of)
    of.bank.receive(of.account.account_number, -order.amount_fen, make.LATER, payer="甲", reference="划款")
    make.stated(of)
    make.run()
    waits = make.requested(of.maker, make.standing()["order_unseen"], "never_paid")
    posted = Transaction.objects.get(key=f"order:{order.pk}:paid")
    assert posted in postings_for(make.standing()["line_out"])
    make.corrected(of, make.standing()["line_out"], "posting", transaction=posted.pk)
    with pytest.raises(Refused) as refusal:
        sign_correction(of.checker, waits, on=make.MUCH_LATER)
    assert codes(refusal) == {"order_seen"}
    order.refresh_from_db()
    assert (order.state, two.orders.count()) == ("paid", 1)


def test_an_opening_balance_that_a_movement_was_taken_for_is_not_undone_before_that_match():
    of = banking.treasury()
    number = of.account.account_number
    of.bank.open_account(number, of.account.account_name, 500_00)
    for _fund in range(2):
        of.bank.receive(number, 10_000_000_00, ON, payer="市财政局", reference="京财社〔2023〕1号")
    make.paid(of)
    make.stated(of)
    make.run()
    wrong = make.corrected(of, make.standing()["balance"], "opening", fund=SPECIAL)
    came_in(of, 500_00, "往来")
    make.run()
    wanted = Wanted(kind="undo_opening", document="函", explanation="资金有误")

    def asked() -> Correction:
        return request_undoing_of(of.maker, wrong, wanted, upload=make.document(), on=make.MUCH_LATER)

    make.corrected(of, make.standing()["line_in"], "posting", transaction=wrong.posted_id)
    with pytest.raises(Refused) as refusal:
        asked()
    assert codes(refusal) == {"posting_shown"}
    line = StatementLine.objects.get(reference="往来")
    undo = Wanted(kind="undo_match", document="函", explanation="并非期初余额")
    parted = request_undoing(of.maker, line, undo, upload=make.document(), on=make.MUCH_LATER)
    sign_correction(of.checker, parted, on=make.MUCH_LATER)
    done = sign_correction(of.checker, asked(), on=make.MUCH_LATER)
    assert done.posted.reverses_id == wrong.posted_id
    assert make.broken() == []


def test_a_month_waits_for_what_undoes_a_match_of_it(of):
    close_batch(of.maker, PaymentBatch.objects.get(), on=AFTER)
    make.run(AFTER)
    line = StatementLine.objects.filter(reference__contains="拨款").order_by("id").first()
    wanted = Wanted(kind="undo_match", document="函", explanation="系另一笔拨款")
    waits = request_undoing(of.maker, line, wanted, upload=make.document(), on=AFTER)
    with pytest.raises(Refused) as refusal:
        propose_closing(accounts.actor(Role.FINANCE_OFFICER), ON.replace(day=1), on=AFTER)
    assert codes(refusal) == {"correction_under_way"}
    assert waits.number in {problem.field for problem in refusal.value.problems}

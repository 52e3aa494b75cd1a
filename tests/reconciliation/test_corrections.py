"""Corrections: of two persons, with a document, posted once; suspense; matches undone."""

from datetime import timedelta

import pytest

from apps.banking.models import PaymentBatch, StatementMatch, UndoneMatch
from apps.banking.services.batch_steps import close_batch
from apps.casework.engine import Opinion
from apps.core.errors import Conflict, Forbidden, InvalidInput, NotFound, Refused
from apps.ledger.models import Leg, Transaction
from apps.ledger.services import post
from apps.payouts.models import PaymentOrder
from apps.reconciliation.models import Break, Correction
from apps.reconciliation.services.correct import refuse_correction, sign_correction
from apps.reconciliation.services.take_break import give_back_break, take_break
from tests.factories import banking
from tests.factories import reconciliation as make
from tests.factories.apprentices import ON
from tests.factories.ledger import two_legs
from tests.ground import stands
from tests.ledger.conftest import refused_by, run

pytestmark = pytest.mark.django_db
SPECIAL = "special_account"


@pytest.fixture
@stands
def of():
    """A month in which all sides agree, not compared yet."""
    found = make.opened(banking.treasury(payments=2))
    make.paid(found)
    return found


def came_in(of, fen=123_45, reference="往来款"):
    """Money that nothing explains; its difference."""
    of.bank.receive(of.account.account_number, fen, ON, payer="某公司", reference=reference)
    make.stated(of)
    make.run()
    return make.standing()["line_in" if fen > 0 else "line_out"]


def test_money_that_nothing_explains_goes_to_suspense_by_two_persons(of):
    row = came_in(of)
    correction = make.requested(of.maker, row, "suspense", fund=SPECIAL)
    with pytest.raises(Refused) as refusal:
        sign_correction(of.maker, correction, on=make.MUCH_LATER)
    assert refusal.value.code == "segregation"
    done = sign_correction(of.checker, correction, on=make.MUCH_LATER)
    legs = {leg.account_id: leg.debit_fen - leg.credit_fen for leg in done.posted.legs.all()}
    assert legs == {"cash": 123_45, "unidentified": -123_45}
    assert StatementMatch.objects.get(line=row.line).transaction == done.posted
    row.refresh_from_db()
    assert (row.state, row.closed_on) == ("corrected", make.MUCH_LATER)
    make.run()
    kept = Break.objects.get(kind="suspense")
    assert (kept.state, kept.rule, kept.amount_fen) == ("explained", "suspense", 123_45)
    assert make.standing() == {}
    assert make.broken() == []


def test_suspense_that_is_too_old_is_open(of):
    make.corrected(of, came_in(of), "suspense", fund=SPECIAL)
    make.run(make.MUCH_LATER + timedelta(days=60))
    assert make.standing()["suspense"].item.number


def test_money_leaves_suspense_and_is_open_again(of):
    row = came_in(of)
    make.corrected(of, row, "suspense", fund=SPECIAL)
    make.run()
    make.corrected(of, Break.objects.get(kind="suspense"), "clear")
    assert Leg.objects.filter(account="unidentified").count() == 2
    assert UndoneMatch.objects.get().line == row.line
    make.run()
    row.refresh_from_db()
    assert row.state == "open"
    assert Break.objects.get(kind="suspense").state in ("corrected", "gone")
    assert make.broken() == []


def test_suspense_is_paid_back_by_a_movement_of_as_much(of):
    row = came_in(of)
    item = make.corrected(of, row, "suspense", fund=SPECIAL)
    day = make.LATER + timedelta(days=1)
    of.bank.receive(of.account.account_number, -123_45, day, payer="某公司", reference="退款")
    make.stated(of, day, day)
    make.run()
    make.corrected(of, make.standing()["line_out"], "pay_back", item=item.pk)
    item.refresh_from_db()
    assert item.cleared_by is not None
    make.run()
    assert make.standing() == {}
    assert make.broken() == []


def test_money_that_the_bank_took_by_mistake_and_gave_back_leaves_nothing_in_suspense(of):
    item = make.corrected(of, came_in(of, -500_00, "错账"), "suspense", fund=SPECIAL)
    day = make.LATER + timedelta(days=1)
    of.bank.receive(of.account.account_number, 500_00, day, payer="", reference="错账冲正")
    make.stated(of, day, day)
    make.run()
    done = make.corrected(of, make.standing()["line_in"], "pay_back", item=item.pk)
    legs = {leg.account_id: leg.debit_fen - leg.credit_fen for leg in done.posted.legs.all()}
    assert legs == {"cash": 500_00, "suspense": -500_00}
    make.run()
    assert make.standing() == {}
    assert make.broken() == []


@pytest.mark.parametrize(("kind", "fen"), [("charge", 8_00), ("interest", -8_00)])
def test_a_charge_or_interest_is_given_back(of, kind, fen):
    row = came_in(of, fen, "更正")
    make.corrected(of, row, kind, fund=SPECIAL)
    make.run()
    assert make.standing() == {}
    assert make.broken() == []


def test_suspense_is_paid_back_the_other_way_only(of):
    item = make.corrected(of, came_in(of), "suspense", fund=SPECIAL)
    day = make.LATER + timedelta(days=1)
    of.bank.receive(of.account.account_number, 123_45, day, payer="某公司", reference="又一笔")
    make.stated(of, day, day)
    make.run()
    with pytest.raises(Refused) as refusal:
        make.requested(of.maker, make.standing()["line_in"], "pay_back", item=item.pk)
    assert [problem.code for problem in refusal.value.problems] == ["amounts_differ"]


def test_nobody_reverses_another_posting_than_the_one_that_differs(of):
    """A request of a program may name any posting, another district's too."""
    make.stated(of)
    posted = post(
        "cut:1",
        ON,
        "budget_cut",
        "减少",
        two_legs(5_00, debited="appropriations", credited="cash", district=of.district),
    )
    other = Transaction.objects.exclude(pk=posted.pk).order_by("id").first()
    make.run()
    done = make.corrected(of, make.standing()["posting_unseen"], "repost", transaction=other.pk)
    assert done.posted.reverses_id == posted.pk
    assert not other.reversals.exists()


def test_nobody_clears_other_money_of_suspense_than_the_difference_names(of):
    first = make.corrected(of, came_in(of), "suspense", fund=SPECIAL)
    day = make.LATER + timedelta(days=1)
    of.bank.receive(of.account.account_number, 500_00, day, payer="某公司", reference="另一笔")
    make.stated(of, day, day)
    make.run()
    other = make.corrected(of, make.standing()["line_in"], "suspense", fund=SPECIAL)
    make.run()
    done = make.corrected(of, Break.objects.get(kind="suspense", item=first), "clear", item=other.pk)
    assert done.posted.reverses_id == first.posted_id
    other.refresh_from_db()
    assert other.in_suspense
    assert make.broken() == []


@pytest.mark.parametrize(("kind", "fen"), [("charge", -800_00), ("interest", 12_345_678_00)])
def test_what_is_above_the_limit_of_the_rule_is_booked_by_a_correction(of, kind, fen):
    word = {"charge": "手续费", "interest": "结息"}[kind]
    of.bank.receive(of.account.account_number, fen, ON, payer="", reference=word)
    make.stated(of)
    make.run()
    make.corrected(of, make.standing()[kind], kind, fund=SPECIAL)
    make.run()
    assert make.standing() == {}
    assert make.broken() == []


def test_a_payment_that_the_bank_never_made_is_undone(of):
    make.run()
    row = make.standing()["result_unseen"]
    make.corrected(of, row, "never_paid")
    order = PaymentOrder.objects.get(pk=row.order_id)
    assert (order.state, order.claim.state) == ("returned", "approved")
    make.run()
    row.refresh_from_db()
    assert row.state == "corrected"
    assert make.broken() == []


def test_a_batch_of_which_the_bank_made_nothing_is_closed_once_that_is_undone(of):
    make.run()
    batch = PaymentBatch.objects.get()
    with pytest.raises(Refused):
        close_batch(of.maker, batch, on=make.MUCH_LATER)
    for row in Break.objects.filter(kind="result_unseen", state="open").order_by("id"):
        make.corrected(of, row, "never_paid")
    assert close_batch(of.maker, batch, on=make.MUCH_LATER).state == "closed"
    assert make.broken() == []


def test_a_posting_that_stands_is_named_for_a_movement(of):
    of.bank.receive(of.account.account_number, -5_00, ON, payer="甲", reference="往来")
    legs = two_legs(5_00, debited="appropriations", credited="cash", district=of.district)
    posted = post("cut:1", ON, "budget_cut", "减少", legs)
    make.stated(of)
    make.run()
    row = make.standing()["line_out"]
    with pytest.raises(Refused) as refusal:
        make.requested(of.maker, row, "posting")
    assert [p.code for p in refusal.value.problems] == ["posting_missing"]
    make.corrected(of, row, "posting", transaction=posted.pk)
    make.run()
    assert make.standing() == {}
    # No budget was cut with this posting.
    assert [number for number, _rows in make.broken()] == ["I7e"]


def test_a_wrong_match_is_undone_on_record_and_the_movement_is_open_again(of):
    make.stated(of)
    match = StatementMatch.objects.filter(kind="payment").order_by("id").first()
    row = Break.objects.create(
        key="match_amount:test",
        kind="match_amount",
        district_id=of.district,
        day=ON,
        ours_fen=0,
        theirs_fen=0,
        amount_fen=0,
        line=match.line,
        owner_role="finance_officer",
        first_seen=ON,
        last_seen=ON,
        first_run=make.run(),
        last_run=make.run(),
    )
    make.corrected(of, row, "undo_match")
    assert UndoneMatch.objects.get().match_id == match.pk
    assert not StatementMatch.objects.filter(line=match.line).exists()


def test_a_match_is_neither_changed_nor_removed_without_its_record(of):
    make.stated(of)
    with refused_by("banking_match_stays"):
        run("DELETE FROM banking_statementmatch")
    with refused_by("banking_match_stays"):
        run("UPDATE banking_statementmatch SET matched_at = now()")


def test_only_finance_of_the_district_corrects_and_only_what_fits(of):
    row = came_in(of)
    with pytest.raises(Forbidden):
        make.requested(of.signer, row, "suspense", fund=SPECIAL)
    with pytest.raises(NotFound):
        make.requested(make.outsider(), row, "suspense", fund=SPECIAL)
    with pytest.raises(InvalidInput) as refusal:
        make.requested(of.maker, row, "opening", fund=SPECIAL)
    assert [p.code for p in refusal.value.problems] == ["kind"]
    with pytest.raises(Refused) as refused:
        make.requested(of.maker, row, "suspense")
    assert [p.code for p in refused.value.problems] == ["fund_missing"]
    assert not Correction.objects.exists()


def test_one_correction_is_under_way_at_a_time(of):
    row = came_in(of)
    first = make.requested(of.maker, row, "suspense", fund=SPECIAL)
    with pytest.raises(Refused) as refusal:
        make.requested(of.maker, row, "suspense", fund=SPECIAL)
    assert refusal.value.code == "correction_under_way"
    refuse_correction(of.checker, first, on=make.MUCH_LATER, opinion=Opinion(reason="不对"))
    make.requested(of.maker, row, "suspense", fund=SPECIAL)


def test_a_correction_of_what_was_explained_meanwhile_is_not_signed(of):
    row = came_in(of)
    correction = make.requested(of.maker, row, "suspense", fund=SPECIAL)
    posted = Transaction.objects.filter(match=None).order_by("id").first()
    StatementMatch.objects.create(
        line=row.line, kind="posting", transaction=posted, matched_by_id=of.maker.user_id
    )
    with pytest.raises(Refused) as refusal:
        sign_correction(of.checker, correction, on=make.MUCH_LATER)
    assert "matched" in [p.code for p in refusal.value.problems]


def test_the_database_asks_for_two_persons_and_keeps_what_was_written(of):
    correction = make.requested(of.maker, came_in(of), "suspense", fund=SPECIAL)
    with refused_by("reconciliation_correction_stands"):
        run(f"UPDATE reconciliation_correction SET amount_fen = 1 WHERE id = {correction.pk}")
    with refused_by("reconciliation_correction_needs_actor"):
        run(
            "UPDATE reconciliation_correction SET state = 'signed', signed_on = now(),"
            f" signed_by_id = {of.checker.person_id} WHERE id = {correction.pk}"
        )
    with refused_by("correction_of_two_persons"):
        run(
            "UPDATE reconciliation_correction SET state = 'signed', signed_on = now(),"
            f" signed_by_id = requested_by_id WHERE id = {correction.pk}"
        )


def test_somebody_takes_a_difference_and_leaves_it_again(of):
    row = take_break(of.maker, came_in(of), on=make.MUCH_LATER)
    assert row.taken_by_id == of.maker.person_id
    with pytest.raises(Conflict):
        give_back_break(of.checker, row)
    assert give_back_break(of.maker, row).taken_by_id is None
    assert [event.person_id for event in row.events.all()][1:] == [of.maker.person_id] * 2
    with pytest.raises(NotFound):
        take_break(make.outsider(), row, on=make.MUCH_LATER)

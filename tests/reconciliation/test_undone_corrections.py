"""A signed correction was chosen wrongly: it paid no suspense money back, or opened the wrong fund."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.banking.models import PaymentBatch, StatementLine, StatementMatch, UndoneMatch
from apps.banking.services.batch_steps import close_batch
from apps.casework.engine import Opinion
from apps.core.errors import Forbidden, InvalidInput, NotFound, Refused
from apps.ledger.models import Leg
from apps.ledger.periods import open_from
from apps.ledger.services import close_period, propose_closing
from apps.reconciliation.models import Correction
from apps.reconciliation.services.correct import Wanted, sign_correction, withdraw_correction
from apps.reconciliation.services.undo_correction import request_undoing_of
from tests.factories import accounts, banking
from tests.factories import reconciliation as make
from tests.factories.apprentices import ON
from tests.ground import stands
from tests.ledger.conftest import owner, run

pytestmark = pytest.mark.django_db
__all__ = ["owner"]
SPECIAL, OTHER_FUND = "special_account", "employment_fund"
AFTER = ON.replace(month=ON.month + 1, day=20)


@pytest.fixture
@stands
def of():
    """Money came in of which nobody knew whose it was; as much left, and was taken for that paid back."""
    found = make.opened(banking.treasury())
    make.paid(found)
    number = found.account.account_number
    found.bank.receive(number, 300_00, ON, payer="某公司", reference="往来")
    found.bank.receive(number, -300_00, make.LATER, payer="另一公司", reference="划款")
    make.stated(found)
    make.run()
    item = make.corrected(found, make.standing()["line_in"], "suspense", fund=SPECIAL)
    make.corrected(found, make.standing()["line_out"], "pay_back", item=item.pk)
    make.run()
    assert make.standing() == {}
    return found


def paid_back() -> Correction:
    return Correction.objects.get(kind="pay_back")


def asked(
    of, wrong: Correction, *, actor=None, kind="undo_payback", explanation="不是退款", on=make.MUCH_LATER
):
    wanted = Wanted(kind=kind, document="银行函〔2023〕6号", explanation=explanation)
    return request_undoing_of(actor or of.maker, wrong, wanted, upload=make.document(), on=on)


def line_out() -> StatementLine:
    return StatementLine.objects.get(reference="划款")


def suspense() -> int:
    legs = Leg.objects.filter(account="unidentified")
    return sum(leg.credit_fen - leg.debit_fen for leg in legs)


def test_money_that_was_not_paid_back_lies_in_suspense_again_and_its_movement_is_open(of):
    wrong = paid_back()
    assert suspense() == 0
    correction = asked(of, wrong)
    with pytest.raises(Refused) as refusal:
        sign_correction(of.maker, correction, on=make.MUCH_LATER)
    assert refusal.value.code == "segregation"
    done = sign_correction(of.checker, correction, on=make.MUCH_LATER)
    assert (done.posted.reverses, done.posted.on) == (wrong.posted, wrong.posted.on)
    assert suspense() == 300_00
    assert Correction.objects.get(kind="suspense").in_suspense
    assert UndoneMatch.objects.get(line=line_out()).transaction == wrong.posted
    make.run()
    assert set(make.standing()) == {"line_out"}
    assert make.broken() == []

    item = Correction.objects.get(kind="suspense")
    make.corrected(of, make.standing()["line_out"], "suspense", fund=SPECIAL)
    item.refresh_from_db()
    make.run()
    assert make.broken() == []
    assert suspense() == 300_00


def test_what_was_undone_can_be_paid_back_after_all_and_undone_again(of):
    sign_correction(of.checker, asked(of, paid_back()), on=make.MUCH_LATER)
    make.run()
    item = Correction.objects.get(kind="suspense")
    again = make.corrected(of, make.standing()["line_out"], "pay_back", item=item.pk)
    item.refresh_from_db()
    assert item.cleared_by == again
    make.run()
    assert (make.standing(), make.broken(), suspense()) == ({}, [], 0)
    sign_correction(of.checker, asked(of, again), on=make.MUCH_LATER)
    assert (make.broken(), suspense()) == ([], 300_00)


def test_it_is_undone_once_and_one_asks_at_a_time(of):
    correction = asked(of, paid_back())
    with pytest.raises(Refused) as refusal:
        asked(of, paid_back())
    assert refusal.value.code == "correction_under_way"
    withdraw_correction(of.maker, correction, on=make.MUCH_LATER, opinion=Opinion(reason="写错"))
    sign_correction(of.checker, asked(of, paid_back()), on=make.MUCH_LATER)
    with pytest.raises(Refused) as refusal:
        asked(of, paid_back())
    assert {problem.code for problem in refusal.value.problems} == {"undone_already"}


def test_only_finance_of_the_district_asks_with_a_paper_and_of_what_fits(of):
    wrong = paid_back()
    with pytest.raises(Forbidden):
        asked(of, wrong, actor=of.signer)
    with pytest.raises(NotFound):
        asked(of, wrong, actor=make.outsider())
    with pytest.raises(NotFound):
        asked(of, Correction.objects.get(kind="suspense"))
    with pytest.raises(InvalidInput):
        asked(of, wrong, kind="undo_opening")
    with pytest.raises(InvalidInput):
        asked(of, wrong, explanation=" ")


def test_in_a_closed_month_it_is_posted_on_the_first_open_day(of):
    wrong = paid_back()
    close_batch(of.maker, PaymentBatch.objects.get(), on=AFTER)
    make.run(AFTER)
    propose_closing(accounts.actor(Role.FINANCE_OFFICER), ON.replace(day=1), on=AFTER)
    close_period(accounts.actor(Role.CITY_OFFICER), ON.replace(day=1), on=AFTER)
    done = sign_correction(of.checker, asked(of, wrong, on=AFTER), on=AFTER)
    assert done.posted.on == open_from()
    make.run(AFTER)
    assert make.broken() == []
    assert "line_out" in make.standing()


def test_the_database_lets_no_item_go_back_to_suspense_but_by_such_a_correction(of, owner):
    item = Correction.objects.get(kind="suspense")
    sql = f"UPDATE reconciliation_correction SET cleared_by_id = NULL WHERE id = {item.pk}"
    correction = asked(of, paid_back())
    with pytest.raises(DatabaseError, match="stays as it was written"):
        run(sql)
    with owner():
        run("ALTER TABLE reconciliation_correction DISABLE TRIGGER USER")
        assert run(sql) == 1
        assert [number for number, _rows in make.broken()] == ["I6e"]
    assert correction.state == "submitted"


def test_the_database_wants_what_is_undone_named_and_undone_once(of):
    sign_correction(of.checker, asked(of, paid_back()), on=make.MUCH_LATER)
    row = Correction.objects.filter(kind="undo_payback").values().get()
    fresh = {**row, "id": None, "number": "GZ-1", "state": "draft", "signed_by_id": None, "signed_on": None}
    fresh |= {"posted_id": None}
    for wrong, guard in (
        (fresh, "correction_undone_once"),
        ({**fresh, "undoes_id": None}, "correction_names_what_it"),
        ({**fresh, "kind": "charge"}, "correction_names_what_it_undoes"),
    ):
        with pytest.raises(IntegrityError, match=guard), transaction.atomic():
            Correction.objects.create(**wrong)


def test_the_night_finds_an_undoing_that_reversed_something_else(of, owner):
    sign_correction(of.checker, asked(of, paid_back()), on=make.MUCH_LATER)
    with owner():
        run("ALTER TABLE reconciliation_correction DISABLE TRIGGER USER")
        run("ALTER TABLE reconciliation_correction DROP CONSTRAINT reconciliation_correction_posted_id_key")
        run(
            "UPDATE reconciliation_correction SET posted_id = (SELECT min(id) FROM ledger_transaction)"
            " WHERE kind = 'undo_payback'"
        )
        assert "I6f" in [number for number, _rows in make.broken()]


@pytest.fixture
@stands
def opened():
    """The opening balance of an account, booked for a fund."""
    found = banking.treasury()
    number = found.account.account_number
    found.bank.open_account(number, found.account.account_name, 500_00)
    for _fund in range(2):
        found.bank.receive(number, 10_000_000_00, ON, payer="市财政局", reference="京财社〔2023〕1号")
    make.paid(found)
    make.stated(found)
    make.run()
    make.corrected(found, make.standing()["balance"], "opening", fund=SPECIAL)
    make.run()
    assert make.standing() == {}
    return found


def test_an_opening_balance_of_the_wrong_fund_is_undone_and_booked_for_the_right_one(opened):
    wrong = Correction.objects.get(kind="opening")
    done = sign_correction(opened.checker, asked(opened, wrong, kind="undo_opening"), on=make.MUCH_LATER)
    assert done.posted.reverses == wrong.posted
    assert done.fund_id == SPECIAL
    make.run()
    row = make.standing()["balance"]
    assert (row, row.amount_fen) == (wrong.difference, 500_00)
    make.corrected(opened, row, "opening", fund=OTHER_FUND)
    make.run()
    assert make.standing() == {}
    assert make.broken() == []
    booked = Leg.objects.filter(account="opening_balances").values_list("fund", "credit_fen", "debit_fen")
    assert sum(credit - debit for fund, credit, debit in booked if fund == SPECIAL) == 0
    assert sum(credit - debit for fund, credit, debit in booked if fund == OTHER_FUND) == 500_00


def test_finance_asks_on_the_page_of_the_correction(of):
    client = accounts.client_of(Membership.objects.get(pk=of.maker.membership_id))
    wrong = paid_back()
    page, address = (
        reverse("desk:correction", args=[wrong.pk]),
        reverse("desk:correction_undo", args=[wrong.pk]),
    )
    assert address in client.get(page).content.decode()
    statement = client.get(reverse("desk:statement_detail", args=[line_out().statement_id])).content.decode()
    movement = reverse("desk:movement_undo", args=[line_out().pk])
    assert movement in statement
    assert client.get(movement).headers["Location"] == address
    assert client.get(address).status_code == 200
    assert client.post(address, {"document": "函"}).status_code == 422
    given = {"document": "函", "explanation": "误认", "file": make.document()}
    made = client.post(address, given)
    undoing = Correction.objects.get(kind="undo_payback")
    assert made.headers["Location"] == reverse("desk:correction", args=[undoing.pk])
    assert page in client.get(made.headers["Location"]).content.decode()
    assert made.headers["Location"] in client.get(page).content.decode()
    assert address not in client.get(page).content.decode()
    assert client.get(address).status_code == 422
    item = Correction.objects.get(kind="suspense")
    assert client.get(reverse("desk:correction_undo", args=[item.pk])).status_code == 422


def test_the_money_that_lies_in_suspense_is_not_undone_at_its_movement(of):
    client = accounts.client_of(Membership.objects.get(pk=of.maker.membership_id))
    line = StatementLine.objects.get(reference="往来")
    page = client.get(reverse("desk:statement_detail", args=[line.statement_id])).content.decode()
    assert reverse("desk:movement_undo", args=[line.pk]) not in page
    assert client.get(reverse("desk:movement_undo", args=[line.pk])).status_code == 422
    assert StatementMatch.objects.filter(line=line).exists()

"""A month is closed only as it was reconciled: to the fen, with nothing open and nothing added since."""

from datetime import date, timedelta

import pytest
from django.db import transaction

from apps.accounts.roles import Role
from apps.banking.models import StatementLine, StatementMatch
from apps.banking.services.batch_steps import close_batch
from apps.core.errors import Refused
from apps.ledger import periods, services
from apps.ledger.models import AccountingPeriod, BudgetMovement
from apps.ledger.selectors import trial_balance
from apps.reconciliation.models import Break
from apps.reconciliation.periods import open_months, seen_by_month, seen_through, seen_until
from tests.factories import accounts, banking, ledger
from tests.factories import reconciliation as make
from tests.factories.apprentices import ON
from tests.ground import stands

pytestmark = pytest.mark.django_db
MONTH = ON.replace(day=1)
END = AccountingPeriod(month=MONTH).last_day
AFTER = END + timedelta(days=5)
OURS = {"not_reconciled", "reconciled_before", "difference_open", "correction_under_way"}


@pytest.fixture
@stands
def of():
    """A month in which every side agrees; its batch is closed."""
    found = make.opened(banking.treasury(payments=2))
    batch = make.paid(found)
    make.stated(found)
    make.run(make.LATER)
    batch.refresh_from_db()
    close_batch(found.maker, batch, on=make.LATER)
    return found


def named():
    return {row.code for row in periods.obstacles(AccountingPeriod(month=MONTH), AFTER)} & OURS


def closed() -> AccountingPeriod:
    services.propose_closing(accounts.actor(Role.FINANCE_OFFICER), MONTH, on=AFTER)
    return services.close_period(accounts.actor(Role.CITY_OFFICER), MONTH, on=AFTER)


def test_a_month_that_was_reconciled_after_its_end_is_closed(of):
    assert named() == {"not_reconciled"}
    make.run(AFTER)
    assert named() == set()
    assert closed().state == "closed"


def test_what_is_booked_after_the_run_has_to_be_seen_by_another_one(of):
    make.run(AFTER)
    ledger.posted("late", on=END, district=of.district)
    assert named() == {"reconciled_before"}
    make.run(AFTER)
    assert named() == set()


def test_a_statement_that_comes_after_the_run_has_to_be_seen_too(of):
    make.run(AFTER)
    day = make.LATER + timedelta(days=1)
    of.bank.receive(of.account.account_number, 1_00, day, payer="", reference="结息")
    make.stated(of, day, day)
    assert "reconciled_before" in named()


def counted(last_day: date) -> dict[str, int]:
    """What lay there until a day, looked up for that day alone."""
    return {
        "posted_fen": sum(row.debit_fen for row in trial_balance(last_day)),
        "movements": StatementLine.objects.filter(booked_on__lte=last_day).count(),
        "matches": StatementMatch.objects.filter(line__booked_on__lte=last_day).count(),
    }


def test_all_open_months_are_looked_at_in_one_pass_with_what_each_of_them_holds(
    of, django_assert_num_queries
):
    day = END + timedelta(days=1)
    ledger.posted("next", on=day, district=of.district)
    of.bank.receive(of.account.account_number, 1_00, day, payer="", reference="往来款")
    make.stated(of, make.LATER + timedelta(days=1), day)
    months = list(open_months(AFTER + timedelta(days=40)))
    assert len(months) == 3
    ends = [AccountingPeriod(month=month).last_day for month in months]
    with django_assert_num_queries(1):
        seen = seen_until([last + timedelta(days=1) for last in ends])
    assert seen == [counted(last) for last in ends] == [seen_through(last) for last in ends]
    assert seen[0] != seen[1] == seen[2]
    assert list(seen_by_month(ends[-1])) == [f"{month:%Y-%m}" for month in months]


def test_an_open_difference_keeps_its_month_open_and_a_later_one_does_not(of):
    legs = ledger.two_legs(9_00, debited="cash", credited="appropriations", district=of.district)
    services.post("odd:1", END, "appropriation", "补充拨款", legs)
    make.run(AFTER + timedelta(days=10))
    assert named() == {"difference_open"}
    with pytest.raises(Refused) as refusal:
        closed()
    assert "difference_open" in [problem.code for problem in refusal.value.problems]
    Break.objects.filter(state="open").update(day=END + timedelta(days=1))
    assert named() == set()


def test_a_correction_that_nobody_signed_keeps_the_month_open(of):
    legs = ledger.two_legs(9_00, debited="cash", credited="appropriations", district=of.district)
    services.post("odd:1", END, "appropriation", "补充拨款", legs)
    make.run(AFTER + timedelta(days=10))
    row = Break.objects.get(state="open")
    make.requested(of.maker, row, "repost", on=AFTER)
    Break.objects.filter(pk=row.pk).update(state="explained", rule="timing")
    assert named() == {"correction_under_way"}


def test_what_a_rule_explains_does_not_keep_it_open(of):
    legs = ledger.two_legs(9_00, debited="cash", credited="appropriations", district=of.district)
    services.post("odd:1", END, "appropriation", "补充拨款", legs)
    make.run(END + timedelta(days=1))
    assert Break.objects.get(kind="posting_unseen").rule == "timing"
    assert named() == set()


def test_a_correction_of_a_closed_month_is_posted_in_the_open_one(of):
    make.run(AFTER)
    closed()
    day = AFTER + timedelta(days=1)
    of.bank.receive(of.account.account_number, 123_45, day, payer="某公司", reference="往来款")
    make.stated(of, make.LATER + timedelta(days=1), day, on=day)
    make.run(day)
    row = make.standing()["line_in"]
    done = make.corrected(of, row, "suspense", fund="special_account", on=day)
    assert done.posted.on == day
    legs = done.posted
    assert legs.on >= periods.open_from()


def test_a_budget_of_a_closed_month_is_not_moved_even_without_cash(of):
    make.run(AFTER)
    closed()
    before = BudgetMovement.objects.count()
    with pytest.raises(Refused) as refusal, transaction.atomic():
        services.appropriate(
            "late",
            fund="special_account",
            district=of.district,
            year=END.year,
            amount_fen=100,
            on=END,
            document="迟到的文件",
        )
    assert refusal.value.code == "period_closed"
    assert BudgetMovement.objects.count() == before


def test_books_without_cash_need_no_reconciliation():
    ledger.chart()
    ledger.posted("march", on=date(2023, 3, 1))
    found = periods.obstacles(AccountingPeriod(month=date(2023, 3, 1)), date(2023, 4, 5))
    assert {row.code for row in found} & OURS == set()

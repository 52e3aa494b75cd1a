"""Trial balance and statements: kept balances say what the legs say, at any time and as of any day."""

from datetime import date, timedelta

import pytest
from django.db import connection

from apps.core import invariants
from apps.core.errors import NotFound
from apps.ledger import selectors, services
from apps.ledger.models import Balance, BalanceDelta, Leg
from apps.ledger.services.keeping import rebuild_balances
from tests.factories import ledger as make
from tests.ground import stands

FUND = make.SUBSIDY_FUND


def rows(**wanted: object) -> list[tuple[str, str, str, int]]:
    return [
        (row.fund.code, row.account.code, row.district, row.balance_fen)
        for row in selectors.trial_balance(**wanted)
    ]


@pytest.fixture
@stands
def year(books: None) -> None:
    """An appropriation, a claim that is booked and paid, and one in another district and fund."""
    make.posted("funded", 1_000_000, on=date(2023, 1, 5), debited="cash", credited="appropriations")
    make.posted("claim", 800_000, on=date(2023, 3, 1))
    make.posted("paid", 800_000, on=date(2023, 3, 9), debited="payables", credited="cash")
    make.posted("elsewhere", 5, on=date(2023, 4, 1), district="110106", fund=make.ACCOUNT_FUND)


@pytest.mark.usefixtures("year")
class TestATrialBalance:
    def test_gives_each_account_on_its_own_side(self):
        assert rows() == [
            (make.ACCOUNT_FUND, "payables", "", 5),
            (make.ACCOUNT_FUND, "subsidies", "", 5),
            (FUND, "cash", "", 200_000),
            (FUND, "payables", "", 0),
            (FUND, "appropriations", "", 1_000_000),
            (FUND, "subsidies", "", 800_000),
        ]

    def test_debits_equal_credits_per_fund(self):
        for fund in (FUND, make.ACCOUNT_FUND):
            found = selectors.trial_balance(fund=fund)
            assert sum(row.debit_fen for row in found) == sum(row.credit_fen for row in found) > 0

    def test_is_the_same_before_and_after_folding(self):
        before = rows(by_district=True)
        assert services.fold_balances() == 8
        assert not BalanceDelta.objects.exists()
        assert rows(by_district=True) == before

    @pytest.mark.parametrize("folded", [False, True])
    def test_knows_every_day_of_the_past(self, folded):
        if folded:
            services.fold_balances()
        assert rows(as_of=date(2023, 1, 4)) == []
        assert rows(as_of=date(2023, 3, 1)) == [
            (FUND, "cash", "", 1_000_000),
            (FUND, "payables", "", 800_000),
            (FUND, "appropriations", "", 1_000_000),
            (FUND, "subsidies", "", 800_000),
        ]
        assert rows(as_of=date(2023, 4, 1)) == rows()

    def test_can_be_asked_by_district_and_fund(self):
        assert rows(district="110106") == rows(fund=make.ACCOUNT_FUND)
        assert rows(district="110106", by_district=True) == [
            (make.ACCOUNT_FUND, "payables", "110106", 5),
            (make.ACCOUNT_FUND, "subsidies", "110106", 5),
        ]
        assert rows(district="110101") == []

    def test_takes_one_query_however_many_legs(self, django_assert_num_queries):
        with django_assert_num_queries(1):
            selectors.trial_balance()


@pytest.mark.usefixtures("books")
class TestFolding:
    def test_adds_to_what_was_folded_before(self):
        make.posted("one", 5)
        services.fold_balances()
        make.posted("two", 7)
        services.fold_balances()
        assert Balance.objects.get(account="subsidies").debit_fen == 12
        assert services.fold_balances() == 0

    def test_happens_by_itself_at_every_thousandth_transaction(self):
        services.post_many([make.posting(f"line:{n}", 1) for n in range(1000)])
        assert not BalanceDelta.objects.exists()

    def test_a_bulk_posting_adds_one_sum_per_account_and_day(self):
        services.post_many([make.posting(f"line:{n}", 1) for n in range(50)])
        kept = list(BalanceDelta.objects.values_list("account", "debit_fen", "credit_fen"))
        assert sorted(kept) == [("payables", 0, 50), ("subsidies", 50, 0)] or not kept


class TestTheCheckOfKeptBalances:
    def broken(self) -> int:
        return sum(finding.violations for finding in invariants.audit(["I6a"]))

    @pytest.mark.usefixtures("year")
    @pytest.mark.parametrize("table", ["ledger_balance", "ledger_daybalance", "ledger_balancedelta"])
    def test_finds_a_sum_that_was_changed(self, owner, table):
        services.fold_balances()
        make.posted("late", 9)
        assert self.broken() == 0
        with owner(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET debit_fen = debit_fen + 1 WHERE account_code = 'subsidies'")
        assert self.broken() > 0

    @pytest.mark.usefixtures("year")
    def test_finds_a_sum_that_is_missing(self, owner):
        services.fold_balances()
        with owner(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM ledger_balance WHERE account_code = 'cash'")
        assert self.broken() == 1

    @pytest.mark.usefixtures("committed_books")
    def test_rebuilding_repairs_it(self, owner):
        make.posted("one", 5)
        services.fold_balances()
        with owner(), connection.cursor() as cursor:
            cursor.execute("UPDATE ledger_balance SET debit_fen = 99")
        assert self.broken() == 2
        assert rebuild_balances() == 2
        assert self.broken() == 0


@pytest.mark.usefixtures("year")
class TestAStatement:
    def test_runs_with_the_balance_after_each_leg(self):
        legs = selectors.account_statement("cash")
        assert [(leg.key, leg.running_fen) for leg in legs] == [
            ("funded", 1_000_000),
            ("paid", 200_000),
        ]

    def test_of_a_credit_account_grows_by_credits(self):
        running = [leg.running_fen for leg in selectors.account_statement("payables", district=make.DISTRICT)]
        assert running == [800_000, 0]

    def test_of_a_period_carries_what_came_before(self):
        legs = selectors.account_statement("cash", since=date(2023, 3, 1), until=date(2023, 12, 31))
        assert [leg.running_fen for leg in legs] == [200_000]

    def test_is_in_order_of_date_and_not_of_posting(self):
        make.posted("late", 1, on=date(2023, 2, 1), debited="cash", credited="appropriations")
        running = [leg.running_fen for leg in selectors.account_statement("cash")]
        assert running == [1_000_000, 1_000_001, 200_001]

    def test_can_be_asked_by_district_and_fund(self):
        found = selectors.account_statement("subsidies", district="110106", fund=make.ACCOUNT_FUND)
        assert [leg.running_fen for leg in found] == [5]

    def test_of_an_unknown_account_is_not_found(self):
        with pytest.raises(NotFound):
            selectors.account_statement("gold")

    def test_takes_two_queries(self, django_assert_num_queries):
        with django_assert_num_queries(2):
            assert selectors.account_statement("cash")

    def test_comes_in_pages_that_keep_the_balance(self):
        page = selectors.account_statement("cash", limit=1, offset=1)
        assert [(leg.key, leg.running_fen) for leg in page] == [("paid", 200_000)]

    def test_names_its_legs_as_everybody_does(self):
        first = selectors.account_statement("cash")[0]
        assert selectors.leg_by_reference(first.reference).debit_fen == first.debit_fen


@pytest.mark.usefixtures("books")
class TestASubject:
    def test_is_followed_through_its_legs(self):
        make.posted("advance", 8, subject_type="enrolment", subject_id=1)
        make.posted("other", 9, subject_type="enrolment", subject_id=2)
        make.posted("other kind", 9, subject_type="batch", subject_id=1)
        make.posted("remainder", 6, on=make.DAY + timedelta(days=1), subject_type="enrolment", subject_id=1)
        found = selectors.legs_of("enrolment", 1)
        assert [(leg.transaction.key, leg.account_id) for leg in found] == [
            ("advance", "subsidies"),
            ("advance", "payables"),
            ("remainder", "subsidies"),
            ("remainder", "payables"),
        ]
        assert selectors.balance_of("enrolment", 1, "payables") == 14
        assert selectors.balance_of("enrolment", 3, "payables") == 0

    def test_finds_its_transactions(self):
        posted = services.post(
            "batch", make.DAY, "x", "", make.two_legs(), subject_type="batch", subject_id=4
        )
        assert list(selectors.transactions_of("batch", 4)) == [posted]

    def test_a_leg_is_found_by_its_reference(self):
        posted = make.posted()
        leg = Leg.objects.get(transaction=posted, position=2)
        assert selectors.leg_by_reference(leg.reference) == leg

    @pytest.mark.parametrize(
        "reference", ["", "1", "0-0", "x-1", "1-2-3", "1-", "-1", "²-1", "9" * 30 + "-1", "1-" + "9" * 12]
    )
    def test_a_leg_that_is_not_there_is_not_found(self, reference):
        with pytest.raises(NotFound):
            selectors.leg_by_reference(reference)

"""Many at once, each on a connection of its own, all committing: one effect, and clean refusals."""

from collections import Counter
from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connection

from apps.core import invariants
from apps.core.errors import Conflict, Refused, ShituError
from apps.ledger import selectors, services
from apps.ledger.models import Budget, BudgetMovement, Leg, Transaction
from tests.factories import ledger as make

pytestmark = pytest.mark.usefixtures("committed_books")
POT = {"district": make.DISTRICT, "year": make.DAY.year}


def at_once(count: int, action: Callable[[int], object]) -> list[object]:
    """Run `action` in `count` threads that start together; return what each returned or was refused with."""
    outcomes: list[object] = [None] * count
    start = Barrier(count)

    def one(number: int) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            start.wait()
            outcomes[number] = action(number)
        except Exception as error:  # noqa: BLE001 - the test looks at whatever came
            outcomes[number] = error
        finally:
            connection.close()

    threads = [Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def kinds(outcomes: list[object]) -> Counter:
    return Counter(
        outcome.code if isinstance(outcome, ShituError) else type(outcome).__name__ for outcome in outcomes
    )


def test_fifty_postings_of_one_key_are_one_transaction():
    outcomes = at_once(50, lambda _n: make.posted("claim:1").pk)
    assert len(set(outcomes)) == 1
    assert kinds(outcomes) == {"int": 50}
    assert (Transaction.objects.count(), Leg.objects.count()) == (1, 2)


def test_fifty_postings_of_one_key_with_different_amounts_have_one_winner():
    outcomes = at_once(50, lambda number: make.posted("claim:1", 100 + number).pk)
    assert kinds(outcomes) == {"int": 1, "key_reused": 49}
    assert all(isinstance(outcome, int | Conflict) for outcome in outcomes)


def test_bulk_postings_that_overlap_post_each_key_once():
    batch = [make.posting(f"line:{number}") for number in range(200)]
    outcomes = at_once(8, lambda number: services.post_many(batch[number * 10 : number * 10 + 130]))
    assert kinds(outcomes) == {"list": 8}
    assert Transaction.objects.count() == 200
    assert Leg.objects.count() == 400


def test_twenty_reversals_of_one_transaction_have_one_winner():
    original = make.posted()
    outcomes = at_once(20, lambda n: services.reverse(original, f"undone:{n}", make.DAY, "why").pk)
    assert kinds(outcomes) == {"int": 1, "reversed_before": 19}


def test_balances_stay_right_while_many_post_and_fold():
    def work(number: int) -> None:
        for step in range(20):
            make.posted(f"claim:{number}:{step}", 7)
            services.fold_balances()

    outcomes = at_once(8, work)
    assert kinds(outcomes) == {"NoneType": 8}
    subsidies = next(row for row in selectors.trial_balance() if row.account.code == "subsidies")
    assert subsidies.balance_fen == 8 * 20 * 7
    assert all(finding.holds for finding in invariants.audit(["I1", "I1b", "I6a"]))


def test_the_last_hundred_yuan_are_promised_once_by_fifty_reservations():
    make.budget(100_00)
    outcomes = at_once(
        50,
        lambda number: services.reserve(
            f"claim:{number}", **POT, splits=[(make.SUBSIDY_FUND, 100_00)], on=make.DAY
        ),
    )
    assert kinds(outcomes) == {"list": 1, "budget_exceeded": 49}
    assert all(isinstance(outcome, list | Refused) for outcome in outcomes)
    assert Budget.objects.get().free_fen == 0


def test_fifty_reservations_over_two_funds_fit_exactly():
    make.budget(1000_00, fund=make.ACCOUNT_FUND)
    make.budget(1500_00, fund=make.SUBSIDY_FUND)
    outcomes = at_once(
        50,
        lambda number: services.reserve_from(
            f"claim:{number}", **POT, amount_fen=100_00, fund_order=make.FUND_ORDER, on=make.DAY
        ),
    )
    assert kinds(outcomes) == {"list": 25, "budget_exceeded": 25}
    assert sum(budget.free_fen for budget in Budget.objects.all()) == 0
    assert all(finding.holds for finding in invariants.audit(["I7", "I7b"]))


def test_fifty_uses_of_one_key_are_one_use():
    make.budget(100_00)
    services.reserve("claim:1", **POT, splits=[(make.SUBSIDY_FUND, 100_00)], on=make.DAY)
    outcomes = at_once(50, lambda _n: services.use("paid:1", reservation="claim:1", on=make.DAY))
    assert kinds(outcomes) == {"list": 50}
    assert Budget.objects.get().used_fen == 100_00
    assert BudgetMovement.objects.filter(key="paid:1").count() == 1


def test_use_and_release_of_one_reservation_have_one_winner():
    make.budget(100_00)
    services.reserve("claim:1", **POT, splits=[(make.SUBSIDY_FUND, 100_00)], on=make.DAY)
    verbs = [services.use, services.release] * 10
    outcomes = at_once(20, lambda n: verbs[n](f"step:{n}", reservation="claim:1", on=make.DAY))
    assert kinds(outcomes) == {"list": 1, "reservation_exceeded": 19}


def test_without_the_cap_on_the_counter_a_budget_is_overdrawn(without, transactional_db):
    """The control: it is the CHECK on the counter row that holds when services do not look first."""
    make.budget(100_00)
    rows = [
        BudgetMovement(
            key=f"claim:{number}",
            kind="reserve",
            fund_id=make.SUBSIDY_FUND,
            district_code=make.DISTRICT,
            year=make.DAY.year,
            amount_fen=100_00,
            on=make.DAY,
        )
        for number in range(2)
    ]
    with without("ALTER TABLE ledger_budget DROP CONSTRAINT ledger_budget_not_exceeded"):
        BudgetMovement.objects.bulk_create(rows)
        assert Budget.objects.get().free_fen == -100_00

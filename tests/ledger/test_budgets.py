"""Budgets: nothing is promised beyond what was given, and every step happens once."""

import pytest

from apps.core.errors import Conflict, NotFound, Refused
from apps.ledger import selectors, services
from apps.ledger.models import Budget, BudgetMovement, Reservation
from tests.factories import ledger as make
from tests.ground import stands
from tests.ledger.conftest import refused_by, run

YEAR = make.DAY.year
POT = {"district": make.DISTRICT, "year": YEAR}
FIRST, SECOND = make.FUND_ORDER


@pytest.fixture
@stands
def budgets(books: None) -> None:
    """500.00 yuan in the first fund, 1,000.00 in the second."""
    make.budget(500_00, fund=FIRST)
    make.budget(1000_00, fund=SECOND)


def counters(fund: str = SECOND) -> tuple[int, int, int]:
    budget = Budget.objects.get(fund=fund, district_code=make.DISTRICT, year=YEAR)
    return budget.appropriated_fen, budget.reserved_fen, budget.used_fen


def reserve(key: str = "claim:1", fen: int = 600_00, fund: str = SECOND) -> list[Reservation]:
    return services.reserve(key, **POT, splits=[(fund, fen)], on=make.DAY)


@pytest.mark.usefixtures("books")
class TestAnAppropriation:
    def test_gives_the_budget_money_by_a_document(self):
        budget = services.appropriate(
            "京财社〔2023〕1号",
            fund=SECOND,
            **POT,
            amount_fen=1000_00,
            on=make.DAY,
            document="京财社〔2023〕1号",
            by_id=7,
        )
        assert (budget.appropriated_fen, budget.free_fen) == (1000_00, 1000_00)
        movement = selectors.movements_of(budget).get()
        assert (movement.kind, movement.document, movement.by_id) == ("appropriate", "京财社〔2023〕1号", 7)

    def test_adds_to_what_was_given_before(self):
        make.budget(1000_00, key="first")
        assert make.budget(500_00, key="second").appropriated_fen == 1500_00

    def test_happens_once_per_key(self):
        make.budget(1000_00)
        assert make.budget(1000_00).appropriated_fen == 1000_00
        with pytest.raises(Conflict) as refusal:
            make.budget(1000_01)
        assert refusal.value.code == "key_reused"

    @pytest.mark.parametrize("fen", [0, -5, 5.0, True])
    def test_is_a_positive_whole_amount(self, fen):
        with pytest.raises(Refused) as refusal:
            make.budget(fen)
        assert refusal.value.code == "amount_invalid"

    def test_of_an_unknown_fund_is_refused(self):
        with pytest.raises(Refused) as refusal:
            make.budget(5, fund="gold")
        assert refusal.value.code == "fund_unknown"


@pytest.mark.usefixtures("budgets")
class TestAnAdjustment:
    def adjust(self, fen: int, key: str = "adjusted") -> Budget:
        return services.adjust(key, fund=SECOND, **POT, amount_fen=fen, on=make.DAY)

    def test_raises_or_cuts(self):
        assert self.adjust(200_00).appropriated_fen == 1200_00
        assert self.adjust(-100_00, "cut").appropriated_fen == 1100_00

    def test_cannot_cut_what_is_promised(self):
        reserve(fen=600_00)
        assert self.adjust(-400_00).free_fen == 0
        with pytest.raises(Refused) as refusal:
            self.adjust(-1, "one fen more")
        assert refusal.value.code == "budget_exceeded"

    def test_of_nothing_is_refused(self):
        with pytest.raises(Refused) as refusal:
            self.adjust(0)
        assert refusal.value.code == "amount_invalid"


@pytest.mark.usefixtures("budgets")
class TestAPlan:
    def plan(self, fen: int, order: list[str] = make.FUND_ORDER) -> list[tuple[str, int]]:
        return services.plan_split(make.DISTRICT, YEAR, fen, order)

    def test_takes_the_first_fund_of_the_policys_order_as_far_as_it_reaches(self):
        assert self.plan(500_00) == [(FIRST, 500_00)]
        assert self.plan(500_01) == [(FIRST, 500_00), (SECOND, 1)]
        assert self.plan(1500_00) == [(FIRST, 500_00), (SECOND, 1000_00)]

    def test_follows_another_order(self):
        assert self.plan(1000_01, [SECOND, FIRST]) == [(SECOND, 1000_00), (FIRST, 1)]

    def test_passes_over_an_empty_fund_and_one_without_a_budget(self):
        reserve(fen=500_00, fund=FIRST)
        assert self.plan(1, ["bonds", FIRST, SECOND]) == [(SECOND, 1)]

    def test_counts_only_the_funds_of_the_order(self):
        with pytest.raises(Refused):
            self.plan(500_01, [FIRST])

    def test_that_does_not_fit_says_what_is_free(self):
        with pytest.raises(Refused, match=r"1,500\.00.*1,500\.01") as refusal:
            self.plan(1500_01)
        assert refusal.value.code == "budget_exceeded"

    def test_of_nothing_is_refused(self):
        with pytest.raises(Refused):
            self.plan(0)


@pytest.mark.usefixtures("budgets")
class TestAReservation:
    def test_promises_money_of_one_or_several_funds(self):
        rows = services.reserve("claim:1", **POT, splits=[(FIRST, 500_00), (SECOND, 100_00)], on=make.DAY)
        assert {row.fund_id: row.open_fen for row in rows} == {FIRST: 500_00, SECOND: 100_00}
        assert counters(FIRST) == (500_00, 500_00, 0)
        assert counters(SECOND) == (1000_00, 100_00, 0)

    def test_reaches_to_the_last_fen_and_not_beyond(self):
        reserve(fen=1000_00)
        with pytest.raises(Refused, match=r"0\.00.*0\.01") as refusal:
            reserve("claim:2", 1)
        assert refusal.value.code == "budget_exceeded"

    def test_that_does_not_fit_reserves_nothing_of_its_other_funds(self):
        with pytest.raises(Refused):
            services.reserve("claim:1", **POT, splits=[(FIRST, 1), (SECOND, 1000_01)], on=make.DAY)
        assert counters(FIRST) == (500_00, 0, 0)
        assert not Reservation.objects.exists()

    def test_without_a_budget_is_refused(self):
        with pytest.raises(Refused) as refusal:
            services.reserve("claim:1", district="110106", year=YEAR, splits=[(SECOND, 1)], on=make.DAY)
        assert refusal.value.code == "budget_exceeded"

    def test_happens_once_per_key(self):
        reserve(fen=600_00)
        assert [row.reserved_fen for row in reserve(fen=600_00)] == [600_00]
        assert counters() == (1000_00, 600_00, 0)

    def test_of_the_same_key_for_something_else_is_a_conflict(self):
        reserve(fen=600_00)
        with pytest.raises(Conflict):
            reserve(fen=599_00)

    @pytest.mark.parametrize("splits", [[], [(SECOND, 0)], [(SECOND, 1), (SECOND, 2)], [(SECOND, -1)]])
    def test_names_each_fund_once_with_a_positive_amount(self, splits):
        with pytest.raises(Refused):
            services.reserve("claim:1", **POT, splits=splits, on=make.DAY)

    def test_can_plan_and_reserve_in_one_step(self):
        rows = self.reserve_from(600_00)
        assert {row.fund_id: row.open_fen for row in rows} == {FIRST: 500_00, SECOND: 100_00}

    def test_in_one_step_repeats_what_was_planned_then(self):
        first = self.reserve_from(600_00)
        assert self.reserve_from(600_00) == first
        with pytest.raises(Conflict):
            self.reserve_from(600_01)

    def reserve_from(self, fen: int) -> list[Reservation]:
        return services.reserve_from(
            "claim:1", **POT, amount_fen=fen, fund_order=make.FUND_ORDER, on=make.DAY
        )


@pytest.fixture
@stands
def over_two_funds(budgets: None) -> None:
    """A reservation of 600.00 yuan, 500.00 of them from the first fund."""
    services.reserve("claim:1", **POT, splits=[(FIRST, 500_00), (SECOND, 100_00)], on=make.DAY)


@pytest.mark.usefixtures("over_two_funds")
class TestDrawingOnAReservation:
    def test_use_moves_all_of_it_from_reserved_to_used(self):
        rows = services.use("paid", reservation="claim:1", on=make.DAY)
        assert [row.open_fen for row in rows] == [0, 0]
        assert counters(FIRST) == (500_00, 0, 500_00)
        assert counters(SECOND) == (1000_00, 0, 100_00)

    def test_use_may_take_a_part(self):
        services.use("paid", reservation="claim:1", splits=[(FIRST, 200_00)], on=make.DAY)
        assert counters(FIRST) == (500_00, 300_00, 200_00)
        assert counters(SECOND) == (1000_00, 100_00, 0)

    def test_release_frees_what_is_not_used(self):
        services.use("paid", reservation="claim:1", splits=[(FIRST, 200_00)], on=make.DAY)
        services.release("withdrawn", reservation="claim:1", on=make.DAY)
        assert counters(FIRST) == (500_00, 0, 200_00)
        assert counters(SECOND) == (1000_00, 0, 0)

    def test_refund_follows_the_split_back(self):
        services.use("paid", reservation="claim:1", on=make.DAY)
        services.refund("paid back", reservation="claim:1", on=make.DAY)
        assert counters(FIRST) == (500_00, 0, 0)
        assert counters(SECOND) == (1000_00, 0, 0)
        assert [(row.fund_id, row.refunded_fen) for row in selectors.split_of("claim:1")] == [
            (FIRST, 500_00),
            (SECOND, 100_00),
        ]

    def test_refunded_money_can_be_promised_again(self):
        services.use("paid", reservation="claim:1", on=make.DAY)
        services.refund("paid back", reservation="claim:1", splits=[(FIRST, 5)], on=make.DAY)
        assert services.plan_split(make.DISTRICT, YEAR, 5, [FIRST]) == [(FIRST, 5)]

    @pytest.mark.parametrize("verb", [services.use, services.release])
    def test_happens_once_per_key(self, verb):
        verb("step", reservation="claim:1", on=make.DAY)
        after = counters(FIRST), counters(SECOND)
        verb("step", reservation="claim:1", on=make.DAY)
        assert (counters(FIRST), counters(SECOND)) == after

    def test_refund_happens_once_per_key(self):
        services.use("paid", reservation="claim:1", on=make.DAY)
        for _time in range(2):
            services.refund("paid back", reservation="claim:1", splits=[(FIRST, 5)], on=make.DAY)
        assert counters(FIRST) == (500_00, 0, 499_95)

    def test_the_key_of_another_verb_is_a_conflict(self):
        services.use("step", reservation="claim:1", splits=[(FIRST, 5)], on=make.DAY)
        with pytest.raises(Conflict):
            services.release("step", reservation="claim:1", splits=[(FIRST, 5)], on=make.DAY)

    @pytest.mark.parametrize("verb", [services.use, services.release, services.refund])
    def test_never_takes_more_than_there_is(self, verb):
        if verb is services.refund:
            services.use("paid", reservation="claim:1", on=make.DAY)
        with pytest.raises(Refused, match=r"500\.01.*500\.00") as refusal:
            verb("step", reservation="claim:1", splits=[(FIRST, 500_01)], on=make.DAY)
        assert refusal.value.code == "reservation_exceeded"

    @pytest.mark.parametrize("verb", [services.use, services.release])
    def test_of_nothing_left_is_refused(self, verb):
        services.use("paid", reservation="claim:1", on=make.DAY)
        with pytest.raises(Refused):
            verb("again", reservation="claim:1", on=make.DAY)

    def test_does_not_draw_on_another_reservation(self):
        reserve("claim:2", 300_00)
        with pytest.raises(Refused):
            services.use("paid", reservation="claim:1", splits=[(SECOND, 200_00)], on=make.DAY)

    def test_of_an_unknown_reservation_is_not_found(self):
        with pytest.raises(NotFound):
            services.use("paid", reservation="claim:9", on=make.DAY)


@pytest.mark.usefixtures("budgets")
class TestReading:
    def test_lists_what_each_fund_has_left_in_the_policys_order(self):
        reserve(fen=600_00)
        found = selectors.free_by_fund(make.DISTRICT, YEAR, [SECOND, FIRST])
        assert [(row.fund.pk, row.free_fen) for row in found] == [(SECOND, 400_00), (FIRST, 500_00)]
        assert [row.fund.pk for row in selectors.free_by_fund(make.DISTRICT, YEAR)] == [FIRST, SECOND]

    def test_lists_a_fund_without_a_budget_with_nothing(self):
        found = selectors.free_by_fund("110106", YEAR, [FIRST])
        assert [(row.fund.pk, row.appropriated_fen, row.free_fen) for row in found] == [(FIRST, 0, 0)]

    def test_lists_budgets_by_year_district_and_fund(self):
        make.budget(5, year=YEAR + 1)
        assert [(row.year, row.fund_id) for row in selectors.budgets(district=make.DISTRICT)] == [
            (YEAR + 1, SECOND),
            (YEAR, FIRST),
            (YEAR, SECOND),
        ]
        assert selectors.budgets(year=YEAR, fund=FIRST).get().appropriated_fen == 500_00


MOVEMENT = (
    "INSERT INTO ledger_budgetmovement (key, position, kind, fund_code, district_code, year, amount_fen,"
    " reservation_key, on_date, document, subject_type) VALUES"
)


def movement(kind: str, fen: int, reservation: str = "", key: str = "attack", position: int = 1) -> str:
    return (
        f"{MOVEMENT} ('{key}', {position}, '{kind}', '{SECOND}', '{make.DISTRICT}', {YEAR}, {fen},"
        f" '{reservation}', '2023-03-01', '', '')"
    )


def table_off(table: str, constraint: str) -> str:
    return f"ALTER TABLE {table} DROP CONSTRAINT {constraint}"


ATTACKS = {
    "reserve_beyond_the_budget": (
        movement("reserve", 400_01),
        "ledger_budget_not_exceeded",
        [table_off("ledger_budget", "ledger_budget_not_exceeded")],
    ),
    "cut_what_is_reserved": (
        movement("adjust", -400_01),
        "ledger_budget_not_exceeded",
        [table_off("ledger_budget", "ledger_budget_not_exceeded")],
    ),
    "use_more_than_was_reserved": (
        movement("use", 600_01, "claim:1"),
        "ledger_budget_not_negative",
        [
            table_off("ledger_budget", "ledger_budget_not_negative"),
            table_off("ledger_reservation", "ledger_reservation_not_exceeded"),
        ],
    ),
    "use_anothers_reservation": (
        movement("use", 600_01, "claim:1"),
        "ledger_reservation_not_exceeded",
        [table_off("ledger_reservation", "ledger_reservation_not_exceeded")],
    ),
    "refund_what_was_not_used": (
        movement("refund", 1, "claim:1"),
        "ledger_budget_not_negative",
        [
            table_off("ledger_budget", "ledger_budget_not_negative"),
            table_off("ledger_reservation", "ledger_reservation_refund_not_exceeded"),
        ],
    ),
    "draw_on_nothing": (
        movement("use", 1),
        "ledger_budgetmovement_reservation",
        [table_off("ledger_budgetmovement", "ledger_budgetmovement_reservation")],
    ),
    "draw_on_what_does_not_exist": (
        movement("use", 1, "claim:9"),
        "ledger_budgetmovement_reservation_known",
        ["ALTER TABLE ledger_budgetmovement DISABLE TRIGGER ledger_movements_applied"],
    ),
    "reserve_a_negative_amount": (
        movement("reserve", -5),
        "ledger_budgetmovement_amount",
        [
            table_off("ledger_budgetmovement", "ledger_budgetmovement_amount"),
            table_off("ledger_reservation", "ledger_reservation_not_negative"),
            table_off("ledger_reservation", "ledger_reservation_not_exceeded"),
        ],
    ),
    "take_a_step_twice": (
        movement("reserve", 600_00, key="claim:1"),
        "ledger_budgetmovement_once",
        [
            table_off("ledger_budgetmovement", "ledger_budgetmovement_once"),
            table_off("ledger_reservation", "ledger_reservation_once"),
            table_off("ledger_budget", "ledger_budget_not_exceeded"),
        ],
    ),
    "add_to_a_step_later": (
        movement("reserve", 5, key="claim:1", position=2),
        "ledger_budgetmovement_whole",
        ["ALTER TABLE ledger_budgetmovement DISABLE TRIGGER ledger_movements_applied"],
    ),
    "move_by_no_known_verb": (
        movement("gift", 5),
        "ledger_budgetmovement_kind_known",
        [table_off("ledger_budgetmovement", "ledger_budgetmovement_kind_known")],
    ),
}


@pytest.fixture
def target(budgets: None, name: str) -> None:
    """600.00 yuan reserved, and for one attack the rest by somebody else."""
    reserve(fen=600_00)
    if name == "use_anothers_reservation":
        reserve("claim:2", 400_00)


@pytest.mark.usefixtures("target")
@pytest.mark.parametrize("name", ATTACKS)
class TestTheDatabaseRefusesTo:
    def test_let_it_happen(self, name, owner):
        sql, guard, _without = ATTACKS[name]
        with refused_by(guard):
            run(sql)
        with owner(), refused_by(guard):
            run(sql)

    def test_only_because_of_its_guard(self, name, without):
        sql, _guard, removal = ATTACKS[name]
        with without(*removal):
            assert run(sql) == 1


def test_a_movement_is_all_that_changes_a_budget(budgets):
    reserve(fen=600_00)
    assert BudgetMovement.objects.count() == 3
    assert counters() == (1000_00, 600_00, 0)

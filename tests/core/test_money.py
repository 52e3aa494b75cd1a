from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.errors import InvalidInput
from apps.core.money import half_up, parse_yuan, yuan

WHOLE = st.integers(min_value=-(10**15) + 1, max_value=10**15 - 1)


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [(0, 3, 0), (1, 2, 1), (3, 2, 2), (5, 10, 1), (4, 10, 0), (-1, 2, -1), (-3, 2, -2), (-4, 10, 0)],
)
def test_a_half_goes_up_and_away_from_zero(numerator, denominator, expected):
    assert half_up(numerator, denominator) == expected


@given(WHOLE, st.integers(min_value=1, max_value=10**6))
def test_rounding_is_never_more_than_half_off(numerator, denominator):
    assert abs(Fraction(numerator, denominator) - half_up(numerator, denominator)) <= Fraction(1, 2)


@given(WHOLE, st.integers(min_value=1, max_value=10**6))
def test_rounding_knows_no_sign(numerator, denominator):
    assert half_up(-numerator, denominator) == -half_up(numerator, denominator)


def test_a_float_never_becomes_money():
    with pytest.raises(TypeError):
        half_up(0.5, 1)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        yuan(1.0)  # type: ignore[arg-type]


def test_nothing_is_divided_by_nothing():
    with pytest.raises(ValueError, match="positive"):
        half_up(1, 0)


@pytest.mark.parametrize(
    ("fen", "shown"),
    [
        (0, "0.00"),
        (5, "0.05"),
        (1_360_000, "13,600.00"),
        (-800_000, "-8,000.00"),
        (10**13 + 1, "100,000,000,000.01"),
    ],
)
def test_fen_are_shown_as_yuan(fen, shown):
    assert yuan(fen) == shown


def test_a_gain_carries_its_sign_when_asked():
    assert (yuan(100, sign=True), yuan(0, sign=True), yuan(-100, sign=True)) == ("+1.00", "0.00", "-1.00")


@given(WHOLE)
def test_what_is_shown_is_read_back_to_the_fen(fen):
    assert parse_yuan(yuan(fen)) == fen


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("13600", 1_360_000),
        ("13,600.5", 1_360_050),
        (" 0.07 ", 7),
        ("１２３．４５", 12_345),
        ("-1.00", -100),
        ("+1", 100),
    ],
)
def test_an_amount_is_read_as_people_type_it(typed, fen):
    assert parse_yuan(typed) == fen


@pytest.mark.parametrize(
    "typed",
    [
        "", None, " ", "1e3", "1_000", "NaN", "Infinity", "1.234", "1,00", "1,0000", "￥5", "5元", "1.3万元",
        "--1", "0x10", "1.", ".5", "²", "5²", "①", "½", "1 000",
    ],
)  # fmt: skip
def test_an_amount_is_never_guessed(typed):
    with pytest.raises(InvalidInput) as refusal:
        parse_yuan(typed)
    assert refusal.value.code == "invalid_amount"


def test_an_amount_that_no_budget_holds_is_refused():
    with pytest.raises(InvalidInput) as refusal:
        parse_yuan("1" * 14)
    assert refusal.value.code == "amount_too_large"

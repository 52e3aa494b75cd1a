"""Every row of the two documents with every outcome, as an officer would write the arithmetic down."""

import csv
import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from apps.core.money import half_up
from apps.policy.apprenticeship import Facts, quote
from apps.policy.reader import policies_dir, read_document
from apps.policy.rules import Rules

TABLES = Path(__file__).parent / "tables"
DAYS = {"beijing-2022-11": date(2023, 3, 1), "nanjing-2019-53": date(2020, 3, 1)}


def cases(key: str) -> list[dict[str, str]]:
    lines = (TABLES / f"{key}.csv").read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


ALL = [(key, case) for key in DAYS for case in cases(key)]


@cache
def rules_of(key: str) -> Rules:
    return read_document(policies_dir() / key)


def name_of(value) -> str | None:
    return "-".join(list(value.values())[:6]) if isinstance(value, dict) else None


def fen(text: str) -> int:
    return int(Decimal(text) * 100)


def flag(text: str) -> bool | None:
    return {"yes": True, "no": False, "": None}[text]


@pytest.mark.parametrize(("key", "case"), ALL, ids=name_of)
def test_a_quote_gives_the_officer_s_amounts(key, case):
    rules = rules_of(key)
    facts = Facts(
        level=case["level"],
        months=int(case["months"]),
        occupation_kind=case["occupation_kind"] or None,
        in_evaluation_scope=flag(case["in_evaluation_scope"]),
        result=case["result"],
        certificate=flag(case["certificate"]),
    )
    assert quote(rules, facts, DAYS[key]).amounts == {
        f"{name}_fen": fen(case[name]) for name in ("standard", "advance", "due", "remainder")
    }


@pytest.mark.parametrize(("key", "case"), ALL, ids=name_of)
def test_the_tables_own_arithmetic_is_right(key, case):
    for name in ("standard", "due", "remainder"):
        exact = evaluate(case[f"{name}_arithmetic"])
        assert half_up(exact.numerator, exact.denominator) == fen(case[name]), name
    assert evaluate(case["advance_arithmetic"]) // 1 == fen(case["advance"])


def evaluate(arithmetic: str) -> Fraction:
    """`8000 * 24 / 12 * 85%`, from left to right, in fen and exact."""
    first, *rest = arithmetic.split(" ")
    value = Fraction(first) * 100
    for sign, operand in zip(rest[::2], rest[1::2], strict=True):
        number = Fraction(re.sub(r"%$", "", operand)) / (100 if operand.endswith("%") else 1)
        value = {
            "*": lambda v, n: v * n,
            "/": lambda v, n: v / n,
            "-": lambda v, n: v - n * 100,
        }[sign](value, number)
    return value


def test_the_tables_have_every_rate_with_every_outcome():
    combinations = {
        (
            case["occupation_kind"],
            case["level"],
            case["result"],
            case["certificate"],
            case["in_evaluation_scope"],
        )
        for case in cases("beijing-2022-11")
    }
    for kind in ("ordinary", "scarce"):
        for level in ("intermediate", "senior", "technician", "senior_technician"):
            for scope in ("yes", "no"):
                assert (kind, level, "passed", "yes", scope) in combinations
                assert (kind, level, "passed", "no", scope) in combinations
                assert (kind, level, "failed", "no", scope) in combinations
                assert (kind, level, "withdrawn", "no", scope) in combinations

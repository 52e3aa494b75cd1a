"""Which outcomes the shares of a document leave without an answer."""

from collections.abc import Iterator
from datetime import date
from itertools import product

from apps.policy.enums import Result
from apps.policy.rules import Rules
from apps.policy.tables import FactValue, Table
from apps.policy.values import YES_NO

_SHOWN_MAX = 3


def uncovered_cases(rules: Rules) -> Iterator[tuple[date, dict[str, FactValue]]]:
    """At most three different cases without a share per day on which shares or rates change.

    Each with the day under which the shares that lack it are written, and the facts they depend on.
    """
    shares, rates = rules.parameters["shares"], rules.parameters["rates"]
    days = {day for day, _table in (*shares.values, *rates.values) if day > rules.in_force_from}
    for day in sorted(days | {rules.in_force_from}):
        table, rate_table = shares.at(day), rates.at(day)
        if not isinstance(table, Table) or not isinstance(rate_table, Table):
            continue
        written = max((start for start, _table in shares.values if start <= day), default=day)
        yield from ((written, case) for case in _open_cases(rules, rate_table, table))


def _open_cases(rules: Rules, rates: Table, shares: Table) -> list[dict[str, FactValue]]:
    names = sorted(shares.fact_names())
    found: list[dict[str, FactValue]] = []
    for facts in _cases(rules, rates, shares):
        case = {name: facts[name] for name in names}
        if shares.lookup(facts) is None and case not in found:
            found.append(case)
            if len(found) == _SHOWN_MAX:
                break
    return found


def _cases(rules: Rules, rates: Table, shares: Table) -> Iterator[dict[str, FactValue]]:
    months = {1}
    for row in (*rates.rows, *shares.rows):
        for _name, condition in row.when:
            ends = (getattr(condition, "low", None), getattr(condition, "high", None))
            months.update(step for end in ends if end for step in (end, end + 1))
    for level, kind, scope, term, result, certificate in product(
        rules.levels, rules.occupation_kinds, YES_NO, sorted(months), Result.values, YES_NO
    ):
        facts: dict[str, FactValue] = {
            "level": level,
            "occupation_kind": kind,
            "in_evaluation_scope": scope,
            "months": term,
            "result": result,
            "certificate": certificate,
        }
        if rates.lookup(facts) is not None:
            yield facts

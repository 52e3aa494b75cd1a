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
    """At most three cases without a share per date of the shares, with the facts they were tried with."""
    shares, rates = rules.parameters["shares"], rules.parameters["rates"]
    for valid_from, table in shares.values:
        day = max(valid_from, rules.in_force_from)
        rate_table = rates.at(day)
        if not isinstance(table, Table) or not isinstance(rate_table, Table):
            continue
        names = sorted(table.fact_names() - {"months"})
        shown = 0
        for facts in _cases(rules, rate_table, table):
            if table.lookup(facts) is None:
                yield valid_from, {name: facts[name] for name in names}
                shown += 1
                if shown == _SHOWN_MAX:
                    break


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

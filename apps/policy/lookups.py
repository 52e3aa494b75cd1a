"""What a document says for these facts on a day: rows of its tables, counts by level, names."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from apps.policy.rules import Rules
from apps.policy.tables import FactValue, Row, Table


@dataclass(frozen=True, slots=True)
class Found:
    """A row of a table with its article, or why there is none."""

    row: Row | None
    article: str


def find(rules: Rules, name: str, conditions: Mapping[str, FactValue], on: date) -> Found:
    """The row of a document's table that holds for these facts on a day, and the article it stands in."""
    table: Table = rules.value(name, on)
    row = table.lookup(conditions)
    return Found(row, rules.parameter(name).article_of(row.article if row else ""))


def level_name(rules: Rules, code: str) -> dict[str, str]:
    """What a document calls a level, in both languages; the code where it does not know it."""
    level = rules.levels.get(code)
    return level.name.as_json() if level else {"zh": code, "en": code}


def kind_name(rules: Rules, code: str) -> dict[str, str]:
    """What a document calls a kind of occupation, in both languages; the code where it does not know it."""
    name = rules.occupation_kinds.get(code)
    return name.as_json() if name else {"zh": code, "en": code}


def standard_term_months(rules: Rules, level: str, on: date) -> int | None:
    """The months that training for a level takes by rule; None where the document names none."""
    return _level_count(rules, "standard_term_months", level, on)


def credits_required(rules: Rules, level: str, on: date) -> int | None:
    """The credits that training for a level needs at least; None where the document names none."""
    return _level_count(rules, "credits_min", level, on)


def _level_count(rules: Rules, name: str, level: str, on: date) -> int | None:
    row = rules.value(name, on).lookup({"level": level})
    return None if row is None else int(row.value)

"""What two figures of a document say against each other: found in files, before anything is done under it."""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from apps.policy.rules import Rules
from apps.policy.tables import Table

# A constraint of the database: a document that says no would promise what is refused.
_ONCE = "same_occupation_and_level_once"
_OLDEST = ("age_max_male", "age_max_female")


def contradictions(rules: Rules) -> Iterator[tuple[str, str]]:
    """Each figure that cannot stand beside another one, by its key, with a sentence."""
    until = rules.in_force_until
    for name, parameter in rules.parameters.items():
        for day, _value in parameter.values:
            if until is not None and day > until:
                message = _("the document is in force until %(day)s; a later value never counts")
                yield f"{name}.values.{day.isoformat()}", message % {"day": until.isoformat()}
    once = rules.parameters.get(_ONCE)
    if once is not None and not all(value for _day, value in once.values):
        yield _ONCE, _("write yes: the same person is not trained twice at one occupation and level here")
    for name in (*_OLDEST, "standard_term_months"):
        wrong = next((on for on in _days(rules) if _contradicts(rules, name, on)), None)
        if wrong is not None:
            yield f"{name}.values", _wanted(rules, name, wrong)


def _days(rules: Rules) -> list[date]:
    changes = {day for parameter in rules.parameters.values() for day, _value in parameter.values}
    return sorted({rules.in_force_from, *(day for day in changes if day > rules.in_force_from)})


def _contradicts(rules: Rules, name: str, day: date) -> bool:
    if name in _OLDEST:
        youngest, oldest = _figure(rules, "age_min", day), _figure(rules, name, day)
        return youngest is not None and oldest is not None and oldest <= youngest
    longest, term = _figure(rules, "term_months_max", day), _figure(rules, name, day)
    return longest is not None and term is not None and term > longest


def _wanted(rules: Rules, name: str, day: date) -> str:
    if name in _OLDEST:
        message = _("is not above age_min (%(limit)s) on %(day)s; nobody could be an apprentice")
        limit = _figure(rules, "age_min", day)
    else:
        message = _("is above term_months_max (%(limit)s) on %(day)s; no such term is taken")
        limit = _figure(rules, "term_months_max", day)
    return message % {"limit": limit, "day": day.isoformat()}


def _figure(rules: Rules, name: str, day: date) -> int | None:
    """A whole number of a day; the greatest of a table. None where the document has none."""
    parameter = rules.parameters.get(name)
    value = None if parameter is None else parameter.at(day)
    if isinstance(value, Table):
        return max((int(row.value) for row in value.rows), default=None)
    return value if isinstance(value, int) else None

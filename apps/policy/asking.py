"""Reading a question to the calculator as people type it: a document, a day, facts as name=value.

Used where somebody outside asks (the command line, the public calculator): everything is checked here,
and a value that cannot be is refused with a sentence that says which ones can.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date

from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.policy.apprenticeship import Facts
from apps.policy.enums import FACT_NAMES, Result
from apps.policy.rules import Rules
from apps.policy.values import YES_NO, listing, read_day

_MONTHS = re.compile(r"0*[1-9][0-9]{0,8}")
REQUIRED_FACTS = ("level", "months", "result")


def read_pairs(pairs: Iterable[str]) -> dict[str, str]:
    """`name=value` pairs as a mapping; raises InvalidInput for one without =, unknown or given twice."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = (part.strip() for part in pair.partition("="))
        if not equals:
            raise InvalidInput(_("“%(pair)s” has no “=”. Write --set name=value.") % {"pair": pair})
        if name not in FACT_NAMES:
            raise InvalidInput(
                _("There is no fact “%(name)s”. The facts are: %(words)s.")
                % {"name": name, "words": listing(FACT_NAMES)}
            )
        if name in found:
            raise InvalidInput(_("The fact “%(name)s” is given twice. Give it once.") % {"name": name})
        found[name] = value
    return found


def read_on(text: str) -> date:
    """The day of a question; raises InvalidInput."""
    day = read_day(text)
    if day is None:
        raise InvalidInput(
            _("“%(text)s” is not a day. Write it as YYYY-MM-DD, for example 2023-03-01.") % {"text": text}
        )
    return day


def read_facts(given: Mapping[str, str], rules: Rules) -> Facts:
    """Facts from their texts; raises InvalidInput for a missing one and for a value that cannot be."""
    for name in REQUIRED_FACTS:
        if not given.get(name):
            raise InvalidInput(
                _("The fact “%(name)s” is missing. Give it as --set %(name)s=…") % {"name": name},
                code="missing_fact",
            )
    return Facts(
        level=_word("level", given, sorted(rules.levels, key=lambda code: rules.levels[code].rank)) or "",
        months=_positive_months(given["months"]),
        occupation_kind=_word("occupation_kind", given, list(rules.occupation_kinds)),
        in_evaluation_scope=_flag("in_evaluation_scope", given),
        result=_word("result", given, Result.values),
        certificate=_flag("certificate", given),
    )


def _word(name: str, given: Mapping[str, str], allowed: list[str]) -> str | None:
    value = given.get(name)
    if value is None or value in allowed:
        return value
    raise InvalidInput(
        _("“%(value)s” is not possible for %(name)s. It is one of: %(words)s.")
        % {"value": value, "name": name, "words": listing(allowed)}
    )


def _flag(name: str, given: Mapping[str, str]) -> bool | None:
    value = _word(name, given, list(YES_NO))
    return None if value is None else value == "yes"


def _positive_months(text: str) -> int:
    if not text.isascii() or not _MONTHS.fullmatch(text):
        raise InvalidInput(
            _("“%(text)s” is not a term. months is a positive whole number, for example 24.") % {"text": text}
        )
    return int(text)

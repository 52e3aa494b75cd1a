"""Reading one value of a parameter: exact, typed, and with a sentence where it cannot be.

Amounts become whole fen, percentages become fractions of one hundred. A number with a point is
never a float on the way: it is text in the file and an exact fraction after.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from apps.policy.enums import FACT_NAMES, Result
from apps.policy.parameters import Spec
from apps.policy.tables import Between, Condition, OneOf, Row, Table
from apps.policy.texts import Text

_AMOUNT = re.compile(r"(?P<whole>0|[1-9][0-9]{0,9})(?:\.(?P<part>[0-9]{1,2}))?")
_PERCENT = re.compile(r"(?P<number>(?:0|[1-9][0-9]{0,2})(?:\.[0-9]{1,6})?)%?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,31}")
_KEY = re.compile(r"[a-z][a-z0-9-]{0,39}")
YES_NO = ("yes", "no")
# What the tables of documents, levels and funds have room for.
NUMBER_MAX, TITLE_MAX, NAME_MAX = 59, 200, 100
# Number and article together are the article of a deficiency.
ARTICLE_MAX = 60
_MONTHS_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class Fund:
    """A source of money, in the order in which it is used."""

    code: str
    name: Text


@dataclass(frozen=True)
class Vocabulary:
    """The words that conditions of a document may use."""

    levels: Collection[str]
    occupation_kinds: Collection[str]

    def of(self, fact: str) -> Collection[str]:
        """The values that a fact may have."""
        return {
            "level": self.levels,
            "occupation_kind": self.occupation_kinds,
            "result": Result.values,
        }.get(fact, YES_NO)


Report = Callable[[str, str], None]


def listing(words: Collection[object]) -> str:
    """The words of a message's "one of": sorted where they have no order of their own."""
    texts = [str(word) for word in words]
    return ", ".join(sorted(texts) if isinstance(words, set | frozenset) else texts)


def read_day(value: object) -> date | None:
    """A day as YYYY-MM-DD, or None where it is not one."""
    text = str(value)
    if not _DAY.fullmatch(text) or not text.isascii():
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_key(value: object) -> str | None:
    """A key of small letters, digits and hyphens, at most forty, or None where it is not one."""
    return value if isinstance(value, str) and _KEY.fullmatch(value) else None


def read_code(value: object) -> str | None:
    """A code of small letters, digits and underscores, at most 32, or None where it is not one."""
    return value if isinstance(value, str) and _CODE.fullmatch(value) else None


def _written(value: object) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def read_fen(value: object) -> int | None:
    """Yuan as written in a document, in whole fen, or None where it is not an amount."""
    found = (
        _AMOUNT.fullmatch(str(value))
        if isinstance(value, str | int) and not isinstance(value, bool)
        else None
    )
    if found is None:
        return None
    return int(found["whole"]) * 100 + int((found["part"] or "").ljust(2, "0"))


def read_percent(value: object) -> Fraction | None:
    """A percentage from 0 to 100 as an exact fraction of one, or None where it is not one."""
    found = (
        _PERCENT.fullmatch(str(value))
        if isinstance(value, str | int) and not isinstance(value, bool)
        else None
    )
    if found is None:
        return None
    share = Fraction(found["number"]) / 100
    return share if share <= 1 else None


def percent_text(share: Fraction) -> str:
    """A share as people write it: 1/2 is "50", 333/1000 is "33.3"; exact, never rounded."""
    hundred = share * 100
    scaled = hundred * 10**8
    whole, part = divmod(scaled.numerator // scaled.denominator, 10**8)
    return f"{whole}.{part:08d}".rstrip("0").rstrip(".") if part else str(whole)


def read_value(raw: Any, spec: Spec, words: Vocabulary, key: str, report: Report) -> Any:
    """One value of a parameter, typed; reports what is wrong and returns None then.

    A table is always returned as a `Table`, also where the file has one value for all.
    """
    if raw is None and not spec.required:
        return None
    if not spec.table:
        return _single(raw, spec, words, key, report)
    if not isinstance(raw, list):
        value = _single(raw, spec, words, key, report)
        return None if value is None else Table((Row((), value, "", Text()),))
    if not raw:
        report(key, _("has no rows; write at least one"))
        return None
    rows = [_row(item, spec, words, f"{key}[{number}]", report) for number, item in enumerate(raw, start=1)]
    found = tuple(row for row in rows if row is not None)
    _report_hidden_rows(found, key, report)
    return Table(found)


def _single(raw: Any, spec: Spec, words: Vocabulary, key: str, report: Report) -> Any:
    value, wanted = _READERS[spec.kind](raw, spec, words)
    if value is None:
        report(
            key, _("%(found)s cannot stand here; write %(wanted)s") % {"found": _shown(raw), "wanted": wanted}
        )
    return value


def _shown(raw: Any) -> str:
    text = str(raw) if raw is not None else _("nothing")
    return f"“{text[:60]}”"


def _yuan(raw: Any, _spec: Spec, _words: Vocabulary) -> tuple[int | None, str]:
    return read_fen(raw), _("an amount in yuan with at most two decimals, such as 5000 or 5000.50")


def _percent(raw: Any, _spec: Spec, _words: Vocabulary) -> tuple[Fraction | None, str]:
    return read_percent(raw), _("a percentage from 0 to 100, such as 85 or 33.3")


def _count(raw: Any, spec: Spec, _words: Vocabulary) -> tuple[int | None, str]:
    fits = isinstance(raw, int) and not isinstance(raw, bool) and spec.low <= raw <= spec.high
    if spec.low == spec.high:
        wanted = _("%(only)s: the system holds no other figure") % {"only": spec.low}
    else:
        wanted = _("a whole number from %(low)s to %(high)s") % {"low": spec.low, "high": spec.high}
    return (raw if fits else None), wanted


def _flag(raw: Any, _spec: Spec, _words: Vocabulary) -> tuple[bool | None, str]:
    return {"yes": True, "no": False, True: True, False: False}.get(raw if _plain(raw) else ""), _(
        "yes or no"
    )


def _plain(raw: Any) -> bool:
    return isinstance(raw, str | bool)


def _word(raw: Any, spec: Spec, _words: Vocabulary) -> tuple[str | None, str]:
    allowed = spec.allowed.values if spec.allowed else []
    return (raw if raw in allowed else None), _("one of: %(words)s") % {"words": listing(allowed)}


def _words_list(raw: Any, spec: Spec, _words: Vocabulary) -> tuple[tuple[str, ...] | None, str]:
    allowed = spec.allowed.values if spec.allowed else []
    fits = isinstance(raw, list) and all(item in allowed for item in raw) and len(set(raw)) == len(raw)
    return (tuple(raw) if fits else None), _("a list of different words from: %(words)s") % {
        "words": listing(allowed)
    }


def _numbers(raw: Any, spec: Spec, _words: Vocabulary) -> tuple[tuple[int, ...] | None, str]:
    wanted = _("a list of different whole numbers from %(low)s to %(high)s, the smallest first") % {
        "low": spec.low,
        "high": spec.high,
    }
    fits = (
        isinstance(raw, list)
        and bool(raw)
        and all(isinstance(item, int) and not isinstance(item, bool) for item in raw)
        and all(spec.low <= item <= spec.high for item in raw)
        and sorted(set(raw)) == raw
    )
    return (tuple(raw) if fits else None), wanted


def _level(raw: Any, _spec: Spec, words: Vocabulary) -> tuple[str | None, str]:
    wanted = _("one of: %(words)s") % {"words": listing(words.levels)}
    return (raw if isinstance(raw, str) and raw in words.levels else None), wanted


def _proportion(raw: Any, _spec: Spec, _words: Vocabulary) -> tuple[tuple[int, ...] | None, str]:
    wanted = _("a list of the parts of general, theory and practice, such as [1, 3, 6]")
    fits = (
        isinstance(raw, list)
        and len(raw) == 3
        and all(isinstance(part, int) and not isinstance(part, bool) and part > 0 for part in raw)
    )
    return (tuple(raw) if fits else None), wanted


def _funds(raw: Any, _spec: Spec, _words: Vocabulary) -> tuple[tuple[Fund, ...] | None, str]:
    wanted = _(
        "a list of different funds, the first one used first, each as {code: …, name: {zh: …, en: …}},"
        " names of at most %(longest)s characters"
    ) % {"longest": NAME_MAX}
    if not isinstance(raw, list) or not raw:
        return None, wanted
    funds = []
    for item in raw:
        name = (
            read_name(item.get("name")) if isinstance(item, dict) and set(item) == {"code", "name"} else None
        )
        code = read_code(item["code"]) if name is not None else None
        if name is None or code is None:
            return None, wanted
        funds.append(Fund(code, name))
    different = len({fund.code for fund in funds}) == len(funds)
    return (tuple(funds) if different else None), wanted


_READERS: dict[str, Callable[[Any, Spec, Vocabulary], tuple[Any, str]]] = {
    "yuan": _yuan,
    "percent": _percent,
    "count": _count,
    "flag": _flag,
    "word": _word,
    "words": _words_list,
    "numbers": _numbers,
    "level": _level,
    "proportion": _proportion,
    "funds": _funds,
}


def fits_in_line(text: str, longest: int) -> bool:
    """Whether a name or a number has room where it is kept, and is one line."""
    return len(text) <= longest and len(text.splitlines()) <= 1


def read_name(raw: Any) -> Text | None:
    """The name of a level, a kind or a fund in both languages, or None where it is missing or too long."""
    text = read_text(raw)
    fits = text is not None and fits_in_line(text.zh, NAME_MAX) and fits_in_line(text.en, NAME_MAX)
    return text if fits else None


def read_text(raw: Any) -> Text | None:
    """A text in both languages, or None where one is missing."""
    fits = (
        isinstance(raw, dict)
        and set(raw) == {"zh", "en"}
        and all(isinstance(part, str) and part.strip() for part in raw.values())
    )
    return Text(raw["zh"].strip(), raw["en"].strip()) if fits else None


def _row(raw: Any, spec: Spec, words: Vocabulary, key: str, report: Report) -> Row | None:
    known = {"when", spec.row_key, "article", "note"}
    if not isinstance(raw, dict) or spec.row_key not in raw:
        report(key, _("write a row as {when: {…}, %(value)s: …}") % {"value": spec.row_key})
        return None
    for name in sorted(set(raw) - known):
        report(f"{key}.{name}", _("is not known here; a row has: %(words)s") % {"words": listing(known)})
    value = _single(raw[spec.row_key], spec, words, f"{key}.{spec.row_key}", report)
    conditions = _conditions(raw.get("when"), spec, words, f"{key}.when", report)
    note = Text()
    if raw.get("note") is not None:
        note = read_text(raw["note"]) or Text()
        if not note:
            report(f"{key}.note", _("write it in both languages: {zh: …, en: …}"))
    article = raw.get("article") or ""
    if not isinstance(article, str) or not fits_in_line(article, ARTICLE_MAX):
        report(
            f"{key}.article",
            _("write the article as text of at most %(longest)s characters, such as 四（二）")
            % {"longest": ARTICLE_MAX},
        )
        article = ""
    if value is None or conditions is None:
        return None
    return Row(conditions, value, article, note)


def _conditions(
    raw: Any, spec: Spec, words: Vocabulary, key: str, report: Report
) -> tuple[tuple[str, Condition], ...] | None:
    if raw is None:
        return ()
    if not isinstance(raw, dict):
        report(key, _("write conditions as {fact: value}"))
        return None
    found: list[tuple[str, Condition]] = []
    sound = True
    for name in raw:
        if name not in spec.row_facts:
            allowed = [fact for fact in FACT_NAMES if fact in spec.row_facts]
            report(
                f"{key}.{name}", _("is no fact of this table; use: %(words)s") % {"words": listing(allowed)}
            )
            sound = False
            continue
        condition = _months(raw[name]) if name == "months" else _one_of(raw[name], words.of(name))
        if condition is None:
            report(f"{key}.{name}", _wanted_condition(name, raw[name], words))
            sound = False
        else:
            found.append((name, condition))
    found.sort(key=lambda pair: FACT_NAMES.index(pair[0]))
    return tuple(found) if sound else None


def _wanted_condition(name: str, raw: Any, words: Vocabulary) -> str:
    if name == "months":
        return _("%(found)s cannot stand here; write a whole number of months or {from: …, to: …}") % {
            "found": _shown(raw)
        }
    return _("%(found)s cannot stand here; write one of, or a list of: %(words)s") % {
        "found": _shown(raw),
        "words": listing(words.of(name)),
    }


def _one_of(raw: Any, allowed: Collection[str]) -> OneOf | None:
    values = raw if isinstance(raw, list) else [raw]
    fits = bool(values) and all(isinstance(value, str) and value in allowed for value in values)
    return OneOf(frozenset(values)) if fits else None


def _months(raw: Any) -> Between | None:
    if _is_months(raw):
        return Between(raw, raw)
    if not isinstance(raw, dict) or not raw or not set(raw) <= {"from", "to"}:
        return None
    if not all(_is_months(value) for value in raw.values()):
        return None
    low, high = raw.get("from"), raw.get("to")
    return Between(low, high) if low is None or high is None or low <= high else None


def _is_months(raw: Any) -> bool:
    return isinstance(raw, int) and not isinstance(raw, bool) and 0 < raw < _MONTHS_LIMIT


def _report_hidden_rows(rows: tuple[Row, ...], key: str, report: Report) -> None:
    for number, row in enumerate(rows):
        first = next((earlier for earlier in range(number) if rows[earlier].covers(row)), None)
        if first is not None:
            report(
                f"{key}[{number + 1}]",
                _("can never apply, since row %(row)s already covers it; put the narrower row first")
                % {"row": first + 1},
            )

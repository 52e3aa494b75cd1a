"""What one apprentice's training is worth: a pure function of the rules, the facts and a day.

Beijing 2022-11, part 4, is where this shape comes from; every figure, share, base and rounding is read
from the document. Nothing here reads the clock, the database or a file, and no float appears.

Amounts are whole fen. With the rate r (fen per person-year), the term of m months and the share s:
standard = r·m/12 and due = r·m/12·s, each rounded once at its end; advance = base · advance share, down
to the whole fen; remainder = due − advance, never a second percentage, and negative where the advance
must come back.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

from apps.core.money import half_up
from apps.policy.enums import AdvanceBase, Programme, Result, Rounding
from apps.policy.lookups import Found, find, kind_name, level_name, standard_term_months
from apps.policy.refusing import date_refusals, rate_refusals, term_refusals
from apps.policy.rules import Rules
from apps.policy.steps import Step
from apps.policy.tables import FactValue, Row
from apps.policy.values import percent_text

CALCULATOR = Programme.APPRENTICESHIP.value
# Raised when the same facts may give other fen; snapshots carry it, so that an old one is never
# replayed by rules of arithmetic that it does not know.
CALCULATOR_VERSION = 1
MONTHS_PER_YEAR = 12
# Asked once per line: a set built once, not the list that the enumeration builds at each call.
RESULTS = frozenset(Result.values)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one enrolment. `result` None: the training is not over, only the advance is asked for.

    `certificate` means a certificate of the enrolled occupation and level. Raises ValueError for a term
    that is not a positive whole number of months and for a result that does not exist.
    """

    level: str
    months: int
    occupation_kind: str | None = None
    in_evaluation_scope: bool | None = None
    result: str | None = None
    certificate: bool | None = None

    def __post_init__(self) -> None:
        if isinstance(self.months, bool) or not isinstance(self.months, int) or self.months < 1:
            raise ValueError("months is a positive whole number")
        if self.result is not None and self.result not in RESULTS:
            raise ValueError(f"result is one of {Result.values}")

    def as_conditions(self) -> dict[str, FactValue]:
        """The facts as tables of conditions ask for them; what is not known is left None."""
        return {
            "level": self.level,
            "months": self.months,
            "occupation_kind": self.occupation_kind,
            "in_evaluation_scope": _yes_no(self.in_evaluation_scope),
            "result": None if self.result is None else str(self.result),
            "certificate": _yes_no(self.certificate),
        }

    def as_json(self) -> dict[str, Any]:
        """The facts that are known, as they are stored."""
        known = {
            "occupation_kind": self.occupation_kind,
            "level": self.level,
            "months": self.months,
            "in_evaluation_scope": self.in_evaluation_scope,
            "result": None if self.result is None else str(self.result),
            "certificate": self.certificate,
        }
        return {name: value for name, value in known.items() if value is not None}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Facts":
        """Facts as they were stored by `as_json`."""
        return cls(**stored)


@dataclass(frozen=True)
class Quote:
    """The answer: amounts in fen with every step, or the reasons why there is none.

    Refused: `refusals` is not empty and every amount is None. No result yet: `due_fen` and
    `remainder_fen` are None. `recovery_fen` is what comes back of the advance, 0 where nothing does.
    """

    rules: Rules
    facts: Facts
    on: date
    rate_fen: int | None = None
    standard_fen: int | None = None
    advance_fen: int | None = None
    share: Fraction | None = None
    due_fen: int | None = None
    remainder_fen: int | None = None
    steps: tuple[Step, ...] = ()
    refusals: tuple[Step, ...] = field(default=())

    @property
    def refused(self) -> bool:
        return bool(self.refusals)

    @property
    def recovery_fen(self) -> int:
        return max(0, -(self.remainder_fen or 0))

    @property
    def notes(self) -> list[str]:
        """The document's remarks for this day, in the reader's language."""
        return [str(note) for note in self.rules.notes_on(self.on)]

    @property
    def amounts(self) -> dict[str, int | None]:
        return {
            "standard_fen": self.standard_fen,
            "advance_fen": self.advance_fen,
            "due_fen": self.due_fen,
            "remainder_fen": self.remainder_fen,
        }

    @cached_property
    def snapshot_json(self) -> str:
        """`as_snapshot` as JSON text, made once: many lines share one quote."""
        return json.dumps(self._snapshot(), ensure_ascii=False, separators=(",", ":"))

    def as_snapshot(self) -> dict[str, Any]:
        """What a claim line stores: document, its hash, day, facts, amounts and steps; `replay` reads it."""
        snapshot: dict[str, Any] = json.loads(self.snapshot_json)
        return snapshot

    def _snapshot(self) -> dict[str, Any]:
        return {
            "calculator": CALCULATOR,
            "version": CALCULATOR_VERSION,
            "document": self.rules.key,
            "number": self.rules.number,
            "sha256": self.rules.sha256,
            "on": self.on.isoformat(),
            "facts": self.facts.as_json(),
            "amounts": self.amounts,
            "steps": [step.as_json() for step in self.steps],
            "refusals": [step.as_json() for step in self.refusals],
        }


def quote(rules: Rules, facts: Facts, on: date) -> Quote:
    """Compute standard, advance, due and remainder under one document on the day the rates are read.

    Answers for the same document, facts and day are computed once and shared. Raises MissingFact where
    the answer depends on a fact that was not given. What the document does not allow comes back as
    refusals with their articles, all of them at once.
    """
    return _quote(rules, facts, on)


def replay(snapshot: Mapping[str, Any], rules: Rules) -> Quote:
    """Compute a stored snapshot again; the amounts must come out the same.

    Raises ValueError where the rules are not the ones that the snapshot names by hash, or where it was
    made by arithmetic of another version.
    """
    if snapshot["sha256"] != rules.sha256:
        raise ValueError(f"the snapshot names another content of {snapshot['document']}")
    if snapshot["calculator"] != CALCULATOR or snapshot["version"] != CALCULATOR_VERSION:
        raise ValueError("the snapshot was made by another calculator")
    return quote(rules, Facts.from_json(snapshot["facts"]), date.fromisoformat(snapshot["on"]))


def replays_the_same(snapshot: Mapping[str, Any], rules: Rules) -> bool:
    """Whether computing a stored snapshot again gives the same fen, step by step, under the same articles."""
    again = replay(snapshot, rules).as_snapshot()
    return bool(again["amounts"] == snapshot["amounts"] and _essence(again) == _essence(snapshot))


def _essence(snapshot: Mapping[str, Any]) -> list[tuple[str, str, int | None]]:
    steps = [*snapshot["steps"], *snapshot["refusals"]]
    return [(step["code"], step["article"], step["amount_fen"]) for step in steps]


def _yes_no(value: bool | None) -> str | None:
    return None if value is None else "yes" if value else "no"


@lru_cache(maxsize=65_536)
def _quote(rules: Rules, facts: Facts, on: date) -> Quote:
    refusals = date_refusals(rules, on)
    if not rules.in_force(on):
        return Quote(rules, facts, on, refusals=refusals)
    conditions = facts.as_conditions()
    rate = find(rules, "rates", conditions, on)
    refusals += rate_refusals(rules, facts, rate, on) + term_refusals(rules, facts, on)
    if refusals or rate.row is None:
        return Quote(rules, facts, on, refusals=refusals)

    rate_fen = int(rate.row.value)
    rate_step = _rate_step(rules, facts, rate, rate_fen)
    exact, standard = _standard(rules, facts, conditions, rate_step, on)
    advance = _advance(rules, facts, conditions, rate_fen, exact, on)
    worth = Quote(
        rules,
        facts,
        on,
        rate_fen=rate_fen,
        standard_fen=standard.amount_fen,
        advance_fen=advance.amount_fen,
        steps=(_document_step(rules, on), rate_step, _term_step(rules, facts, on), standard, advance),
    )
    if facts.result is None:
        return worth
    return _with_outcome(worth, conditions, exact, capped=standard.code != "standard")


def _with_outcome(
    worth: Quote, conditions: Mapping[str, FactValue], exact: Fraction, *, capped: bool
) -> Quote:
    """Add share, due and remainder to a quote that has its standard and its advance."""
    rules, on, facts = worth.rules, worth.on, worth.facts
    found = find(rules, "shares", conditions, on)
    if found.row is None:
        refusal = Step("no_share", found.article, params={"number": rules.number})
        return Quote(rules, facts, on, refusals=(refusal,))
    share = Fraction(found.row.value)
    due_fen = _whole_fen(exact * share, rules.value("due_rounding", on))
    percent = percent_text(share)
    advance_fen = worth.advance_fen or 0
    remainder_fen = due_fen - advance_fen
    due_params: dict[str, Any] = {"rate_fen": worth.rate_fen, "months": facts.months, "percent": percent}
    due_code = f"due_{rules.value('due_rounding', on)}"
    if capped:
        due_code, due_params = "due_capped", {"percent": percent, "standard_fen": worth.standard_fen}
    settled: dict[str, Any] = {"due_fen": due_fen, "advance_fen": advance_fen}
    if remainder_fen < 0:
        settled["recover_fen"] = -remainder_fen
    steps = (
        Step("share", found.article, params={"percent": percent, "note": _share_note(rules, found.row)}),
        Step(due_code, found.article, due_fen, due_params),
        Step(
            "recovery" if remainder_fen < 0 else "remainder",
            found.article if remainder_fen < 0 else rules.article("advance_share"),
            remainder_fen,
            settled,
        ),
    )
    return Quote(
        rules,
        facts,
        on,
        rate_fen=worth.rate_fen,
        standard_fen=worth.standard_fen,
        advance_fen=worth.advance_fen,
        share=share,
        due_fen=due_fen,
        remainder_fen=remainder_fen,
        steps=worth.steps + steps,
    )


def _share_note(rules: Rules, row: Row) -> dict[str, str]:
    return (row.note or rules.parameter("shares").note).as_json()


# Steps ----------------------------------------------------------------------------------------------
def _document_step(rules: Rules, on: date) -> Step:
    params = {
        "number": rules.number,
        "in_force_from": rules.in_force_from.isoformat(),
        "on": on.isoformat(),
    }
    return Step("document", rules.in_force_article, params=params)


def _rate_step(rules: Rules, facts: Facts, rate: Found, rate_fen: int) -> Step:
    params: dict[str, Any] = {"level": level_name(rules, facts.level), "rate_fen": rate_fen}
    if rate.row is not None and any(name == "occupation_kind" for name, _condition in rate.row.when):
        params["kind"] = kind_name(rules, facts.occupation_kind or "")
        return Step("rate_by_kind", rate.article, rate_fen, params)
    return Step("rate", rate.article, rate_fen, params)


def _term_step(rules: Rules, facts: Facts, on: date) -> Step:
    standard = standard_term_months(rules, facts.level, on)
    article = rules.article("standard_term_months")
    if standard is None:
        return Step("term", article, params={"months": facts.months})
    if standard == facts.months:
        return Step("term_standard", article, params={"months": facts.months})
    return Step("term_differs", article, params={"months": facts.months, "standard_months": standard})


def _standard(
    rules: Rules, facts: Facts, conditions: Mapping[str, FactValue], rate: Step, on: date
) -> tuple[Fraction, Step]:
    """The full standard, exact (a fraction of a fen may remain) and as a step in whole fen."""
    rate_fen = rate.amount_fen or 0
    exact = Fraction(rate_fen * facts.months, MONTHS_PER_YEAR)
    params: dict[str, Any] = {"rate_fen": rate_fen, "months": facts.months}
    cap = _cap(rules, conditions, on)
    if cap is not None and cap.row is not None and cap.row.value < exact:
        exact = Fraction(cap.row.value)
        params["cap_fen"] = int(cap.row.value)
        return exact, Step("standard_capped", cap.article, _whole_fen(exact, Rounding.HALF_UP), params)
    return exact, Step("standard", rate.article, _whole_fen(exact, Rounding.HALF_UP), params)


def _cap(rules: Rules, conditions: Mapping[str, FactValue], on: date) -> Found | None:
    if rules.value("person_cap", on) is None:
        return None
    return find(rules, "person_cap", conditions, on)


def _advance(
    rules: Rules, facts: Facts, conditions: Mapping[str, FactValue], rate_fen: int, exact: Fraction, on: date
) -> Step:
    """The advance: the share of its base, down to the whole fen, so that it never passes the share."""
    found = find(rules, "advance_share", conditions, on)
    share = Fraction(found.row.value) if found.row is not None else Fraction(0)
    params: dict[str, Any] = {"percent": percent_text(share)}
    if rules.value("advance_base", on) == AdvanceBase.FIRST_YEAR:
        base_months = min(facts.months, MONTHS_PER_YEAR)
        base = min(exact, Fraction(rate_fen * base_months, MONTHS_PER_YEAR))
        params["base_months"] = base_months
        code = "advance_first_year"
    else:
        base, code = exact, "advance_whole_term"
    # Rounded as the amount due is: where that goes down, all of it paid ahead must not pass it by a fen.
    params["base_fen"] = _whole_fen(base, rules.value("due_rounding", on))
    amount_fen = params["base_fen"] * share.numerator // share.denominator
    return Step(code, found.article, amount_fen, params)


def _whole_fen(amount: Fraction, rounding: str) -> int:
    if rounding == Rounding.DOWN:
        return amount.numerator // amount.denominator
    return half_up(amount.numerator, amount.denominator)

"""What a reviewer sees of each item of the checklist, and what comes back from the form."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from apps.casework.engine import Opinion
from apps.casework.enums import Verdict
from apps.core.errors import Problem
from apps.plans.checklist import CODES, Item, items_for
from apps.plans.enums import PlanStep
from apps.plans.reading import Reading

FREE_ROWS = 3
_REMARK_LENGTH_MAX = 500


@dataclass
class Judgement:
    """One item beside what the system found, what was answered before, and what is answered now."""

    item: Item
    article: str
    problems: list[Problem]
    warnings: list[Problem]
    result: str = ""
    remark: str = ""
    earlier: Mapping[str, Any] | None = None
    wrong: bool = False

    @property
    def code(self) -> str:
        return self.item.code

    @property
    def earlier_label(self) -> str:
        """The verdict of the colleague before, in words."""
        return str(Verdict(self.earlier["result"]).label) if self.earlier else ""

    @property
    def suggestion(self) -> str:
        """What the deficiency would say: the reviewer's remark, else what the system found."""
        found = " ".join(str(problem.message) for problem in self.problems)
        return self.remark or found


@dataclass
class Section:
    """The items of one step with whether its content changed since it was read last."""

    step: PlanStep
    judgements: list[Judgement]
    changed: bool = False

    @property
    def template(self) -> str:
        return f"plans/{self.step.value}.html"

    @property
    def label(self) -> str:
        return str(self.step.label)


@dataclass(frozen=True)
class DeficiencyRow:
    """One line of the one-time list as the form shows it."""

    code: str
    article: str
    label: str
    text: str


@dataclass
class Typed:
    """What stands in the posted form; empty for a page that is opened."""

    results: dict[str, str] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    free: list[dict[str, str]] = field(default_factory=list)
    reason: str = ""
    version: int | None = None

    @classmethod
    def of(cls, data: QueryDict) -> "Typed":
        """Read the form; names that it does not have are passed over."""
        lines = zip(
            data.getlist("free-step"),
            data.getlist("free-text"),
            data.getlist("free-article"),
            strict=False,
        )
        free = [
            {"step": step if step in PlanStep.values else "", "text": text.strip(), "article": where.strip()}
            for step, text, where in lines
        ]
        version = data.get("version", "")
        return cls(
            results={code: data.get(f"check-{code}", "") for code in CODES},
            remarks={code: data.get(f"remark-{code}", "").strip()[:_REMARK_LENGTH_MAX] for code in CODES},
            texts={code: data.get(f"defect-{code}", "").strip() for code in CODES},
            free=free[: FREE_ROWS * 4],
            reason=data.get("reason", "").strip(),
            version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None,
        )


def sections_of(
    reading: Reading,
    typed: Typed,
    *,
    earlier: Iterable[Mapping[str, Any]],
    own: Iterable[Mapping[str, Any]],
    changed: frozenset[str],
    is_opened: bool,
) -> list[Section]:
    """The checklist by step.

    `earlier` are the answers of the office before (the district's for the city), `own` those that this
    office gave last time: they are taken over where the content of the step has not changed since. What
    the system found failed is proposed as failed.
    """
    before = {row["code"]: row for row in earlier}
    last = {row["code"]: row for row in own}
    found: dict[PlanStep, Section] = {}
    for item in items_for(reading.facts.rules, reading.facts.on):
        section = found.setdefault(item.step, Section(item.step, [], item.step.value in changed))
        judgement = Judgement(
            item=item,
            article=item.article(reading.facts.rules),
            problems=[row for code in item.checks for row in reading.outcomes[code].problems],
            warnings=[row for code in item.checks for row in reading.outcomes[code].warnings],
            result=typed.results.get(item.code, ""),
            remark=typed.remarks.get(item.code, ""),
            earlier=before.get(item.code),
        )
        if is_opened:
            _propose(judgement, last.get(item.code), unchanged=not section.changed)
        section.judgements.append(judgement)
    return list(found.values())


def _propose(judgement: Judgement, last: Mapping[str, Any] | None, *, unchanged: bool) -> None:
    if judgement.problems:
        judgement.result = Verdict.FAIL.value
    elif last is not None and unchanged and last.get("result") in (Verdict.PASS, Verdict.NOTE):
        judgement.result, judgement.remark = str(last["result"]), str(last.get("remark", ""))


def deficiency_rows(sections: Iterable[Section], typed: Typed) -> list[DeficiencyRow]:
    """The failed items as lines of the one-time list, with what was typed or a proposal."""
    return [
        DeficiencyRow(
            code=row.code,
            article=row.article,
            label=str(row.item.question),
            text=typed.texts.get(row.code) or row.suggestion,
        )
        for section in sections
        for row in section.judgements
        if row.result == Verdict.FAIL
    ]


def opinion_of(sections: list[Section], typed: Typed, action: str) -> Opinion:
    """What the services take. Failed items and filled free lines are the deficiencies of a return."""
    judged = [row for section in sections for row in section.judgements]
    answers = [{"code": row.code, "result": row.result, "remark": row.remark} for row in judged if row.result]
    deficiencies: list[dict[str, str]] = []
    if action == "return":
        deficiencies = [
            {"code": row.code, "article": row.article, "text": row.text}
            for row in deficiency_rows(sections, typed)
        ]
        deficiencies += [
            {"code": _free_code(row), "article": row["article"], "text": row["text"]}
            for row in typed.free
            if row["text"]
        ]
    return Opinion(reason=typed.reason, checklist=answers, deficiencies=deficiencies, version=typed.version)


def _free_code(row: Mapping[str, str]) -> str:
    """A code of the step and of what is said: the same words at a later return are the same defect."""
    words = hashlib.sha256(row["text"].encode()).hexdigest()[:8]
    return f"{row['step'] or 'other'}.{words}"


def free_rows(typed: Typed) -> list[dict[str, str]]:
    """The free lines: what was typed, and always some empty ones."""
    filled = [row for row in typed.free if row["text"]]
    return [*filled, *({"step": "", "text": "", "article": ""} for _row in range(FREE_ROWS))]


def mark_wrong(sections: Iterable[Section], problems: Iterable[Problem]) -> None:
    """Mark the items that a refusal names."""
    named = {problem.field for problem in problems}
    for section in sections:
        for judgement in section.judgements:
            judgement.wrong = judgement.code in named


def step_choices() -> list[tuple[str, str]]:
    """The steps to which a free deficiency may belong."""
    return [("", _("— no step —")), *((code, str(label)) for code, label in PlanStep.choices)]

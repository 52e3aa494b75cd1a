"""Sessions as a table: one row a session, who was there as enrolment numbers or “all”."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.actors import Actor
from apps.apprentices.models import TrainingClass
from apps.core.clock import BEIJING
from apps.core.errors import Conflict, InvalidInput, NotFound, Problem, Refused
from apps.core.folding import fold_width
from apps.core.spreadsheets import Column, Row
from apps.institutions.halts import halts_of
from apps.plans.models import Course, Mentor
from apps.training import checks, selectors
from apps.training.enums import Mode, SessionSide
from apps.training.halts import Halts
from apps.training.models import TrainingSession
from apps.training.services.record_session import SessionFacts, problems_with
from apps.training.services.storing import store_many
from apps.training.suspensions import Suspensions, suspensions
from apps.training.tables.outcome import Cells, Outcome, meanings, rows_of

SESSION_COLUMNS: tuple[Column, ...] = (
    Column("day", gettext_lazy("Day"), also=("日期", "培训日期"), example="2023-03-02", width=13),
    Column("starts", gettext_lazy("Starts"), also=("开始", "开始时间"), example="08:30", width=9),
    Column("ends", gettext_lazy("Ends"), also=("结束", "结束时间"), example="11:30", width=9),
    Column(
        "course",
        gettext_lazy("Course"),
        also=("课程", "课程名称"),
        note=gettext_lazy("As it stands in the plan."),
        width=24,
    ),
    Column(
        "mentor",
        gettext_lazy("Teacher or mentor"),
        also=("教师/导师", "教师或导师", "教师", "导师", "授课教师"),
        note=gettext_lazy("As it stands in the plan."),
    ),
    Column(
        "mode",
        gettext_lazy("Mode"),
        required=False,
        also=("方式", "培训方式", "授课方式"),
        choices=tuple(mode.label for mode in Mode),
        note=gettext_lazy("Empty means: classroom for an institution, on the job for an enterprise."),
        width=12,
    ),
    Column("topic", gettext_lazy("Topic"), required=False, also=("主题", "内容", "培训内容"), width=28),
    Column("place", gettext_lazy("Place"), required=False, also=("地点", "培训地点"), width=20),
    Column(
        "present",
        gettext_lazy("Present"),
        also=("出席", "出席学徒", "学籍号", "出勤学籍号"),
        note=gettext_lazy(
            "“All”, or enrolment numbers with commas between them; the digits after the last hyphen are"
            " enough."
        ),
        example=gettext_lazy("All"),
        width=30,
        text=True,
    ),
    Column(
        "absent",
        gettext_lazy("Absent"),
        required=False,
        also=("缺席", "缺席学徒", "请假"),
        note=gettext_lazy("Who was not there although “Present” says all."),
        width=24,
        text=True,
    ),
)
SESSION_NOTES = (
    gettext_lazy("One row is one session of your side. Rows that are right are taken, the others come back."),
    gettext_lazy("The same row uploaded again is recognised and passed over."),
)
_ALL = frozenset({"全部", "全体", "全班", "所有", "all", "everybody"})
_BETWEEN = re.compile(r"[,;、\s]+")
_MODES: dict[str, Mode] = {
    "课堂": Mode.CLASSROOM,
    "面授": Mode.CLASSROOM,
    "课堂授课": Mode.CLASSROOM,
    "线下": Mode.CLASSROOM,
    "线上": Mode.ONLINE,
    "在线": Mode.ONLINE,
    "网络": Mode.ONLINE,
    "在岗": Mode.ON_THE_JOB,
    "岗位": Mode.ON_THE_JOB,
    "在岗实训": Mode.ON_THE_JOB,
    "岗位实训": Mode.ON_THE_JOB,
    "在岗培训": Mode.ON_THE_JOB,
}
_KEY_LENGTH = 40


@dataclass(frozen=True)
class _Class:
    """What the rows of a table are held against."""

    training_class: TrainingClass
    side: SessionSide
    courses: Mapping[str, list[Course]]
    mentors: Mapping[str, list[Mentor]]
    people: Mapping[str, int]
    everybody: tuple[int, ...]
    away: Suspensions
    halts: Halts
    on: date


def record_sessions_from_table(
    actor: Actor, training_class: TrainingClass, upload: UploadedFile, *, on: date
) -> Outcome:
    """Record the sessions of a table; return how many were taken and which rows came to nothing.

    Raises `Forbidden`, `NotFound` or `Conflict` where the actor or the class takes none at all, and
    `InvalidInput` for a file that cannot be read.
    """
    held = _held(actor, training_class, on)
    outcome = Outcome(SESSION_COLUMNS)
    stored = {
        key: cancelled is not None
        for key, cancelled in TrainingSession.objects.filter(training_class=training_class)
        .exclude(external_key="")
        .values_list("external_key", "cancelled_at")
    }
    good: list[tuple[Row, SessionFacts]] = []
    for row in rows_of(upload, SESSION_COLUMNS):
        facts, problems = _read(row, held)
        if facts is None or problems:
            outcome.refuse(row, problems)
            continue
        key = _free_key(facts.key, stored)
        if key is None:
            outcome.known += 1
            continue
        stored[key] = False
        good.append((row, replace(facts, key=key)))
    _store(actor, held, good, outcome)
    return outcome


def _held(actor: Actor, training_class: TrainingClass, on: date) -> _Class:
    side = checks.own_side(actor)
    visible = TrainingClass.objects.visible_to(actor).filter(pk=training_class.pk)
    found = visible.select_related("policy_document").first()
    if found is None:
        raise NotFound(_("There is no such file, or it is not yours."), code="no_such_case")
    for problem in checks.class_trains(found):
        raise Conflict(problem.message, code=problem.code)
    known = selectors.enrolled_in(found).values_list("pk", "number")
    people = [(pk, number) for pk, number in known if number is not None]
    numbers = {number: pk for pk, number in people}
    numbers.update({number.rpartition("-")[2]: pk for pk, number in people})
    return _Class(
        training_class=found,
        side=side,
        courses=_by_name(selectors.courses_for(found, side)),
        mentors=_by_name(selectors.mentors_for(found, side)),
        people=numbers,
        everybody=tuple(pk for pk, _number in people),
        away=suspensions(found),
        halts=halts_of(found.institution_id),
        on=on,
    )


def _by_name(rows: Iterable[Any]) -> dict[str, list]:
    found: dict[str, list] = {}
    for row in rows:
        found.setdefault(fold_width(row.name).strip(), []).append(row)
    return found


def _free_key(base: str, stored: Mapping[str, bool]) -> str | None:
    """The key for a row; None when its session stands already. A session taken back frees its row."""
    key, again = base, 0
    while stored.get(key) is True:
        again += 1
        key = f"{base}~{again}"
    return None if key in stored else key


def _read(row: Row, held: _Class) -> tuple[SessionFacts | None, list[Problem]]:
    cells = Cells(row, SESSION_COLUMNS)
    day, starts, ends = cells.day("day"), cells.time("starts"), cells.time("ends")
    course = _one_of(cells, "course", held.courses)
    mentor = _one_of(cells, "mentor", held.mentors)
    mode = cells.word("mode", meanings(Mode, _MODES), needed=False) or checks.modes_of(held.side)[0]
    present = _present(cells, held)
    if cells.problems or course is None or mentor is None or day is None or starts is None or ends is None:
        return None, cells.problems
    facts = SessionFacts(
        course=course,
        mentor=mentor,
        mode=mode,
        starts_at=datetime.combine(day, starts, BEIJING),
        ends_at=datetime.combine(day, ends, BEIJING),
        attendance=dict.fromkeys(present),
        topic=cells.raw("topic")[:200],
        place=cells.raw("place")[:200],
        key=_key(row),
    )
    found = problems_with(held.training_class, held.side, facts, held.on, held.away, held.halts)
    return facts, found


def _key(row: Row) -> str:
    """The row's own name: the same row uploaded again is the same session."""
    cells = [row.cells.get(column.key) or "" for column in SESSION_COLUMNS]
    digest = hashlib.sha256(json.dumps(cells, ensure_ascii=False).encode()).hexdigest()
    return f"table-{digest[:_KEY_LENGTH]}"


def _one_of(cells: Cells, key: str, choices: Mapping[str, list]) -> Any:
    found = cells.needed(key)
    if not found:
        return None
    rows = choices.get(found, [])
    if len(rows) == 1:
        return rows[0]
    if rows:
        message = _("“%(name)s” stands in the plan several times. Record this session by form.")
    else:
        message = _("“%(name)s” does not stand in the plan on your side. Write it as it stands there.")
    cells.add(key, "not_in_plan", message % {"name": found[:60]}, "三（一）")
    return None


def _present(cells: Cells, held: _Class) -> list[int]:
    stated = cells.needed("present")
    people = set(held.everybody) if stated.lower() in _ALL else _numbers(cells, "present", stated, held)
    absent = _numbers(cells, "absent", cells.text("absent"), held)
    return sorted(people - absent)


def _numbers(cells: Cells, key: str, text: str, held: _Class) -> set[int]:
    stated = [part for part in _BETWEEN.split(text) if part]
    unknown = [part for part in stated if part not in held.people]
    if unknown:
        message = _("Nobody with these numbers is enrolled in this class: %(numbers)s.")
        cells.add(key, "not_enrolled", message % {"numbers": ", ".join(unknown[:5])})
    return {held.people[part] for part in stated if part in held.people}


def _store(actor: Actor, held: _Class, good: Sequence[tuple[Row, SessionFacts]], outcome: Outcome) -> None:
    """Store all at once; where the database refuses, the halves, down to the row that overlaps."""
    if not good:
        return
    try:
        store_many(actor, held.training_class, held.side, [facts for _row, facts in good])
    except (Refused, Conflict, InvalidInput) as refusal:
        if len(good) == 1:
            row, _facts = good[0]
            outcome.refuse(row, [Problem(refusal.code, refusal.message, "三（三）1", row=row.number)])
            return
        middle = len(good) // 2
        _store(actor, held, good[:middle], outcome)
        _store(actor, held, good[middle:], outcome)
    else:
        outcome.taken += len(good)

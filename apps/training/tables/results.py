"""Results as a table: one row an apprentice."""

from collections.abc import Mapping
from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.actors import Actor
from apps.apprentices.models import TrainingClass
from apps.core.errors import Problem
from apps.core.folding import fold_width
from apps.core.spreadsheets import Column, Row
from apps.training import selectors
from apps.training.enums import CertificateKind, Result
from apps.training.services.record_result import ResultFacts
from apps.training.services.record_results import record_results
from apps.training.tables.outcome import Cells, Outcome, meanings, rows_of

RESULT_COLUMNS: tuple[Column, ...] = (
    Column(
        "number",
        gettext_lazy("Enrolment number"),
        also=("学籍号", "学籍编号"),
        note=gettext_lazy("The digits after the last hyphen are enough."),
        text=True,
        width=26,
    ),
    Column(
        "name",
        gettext_lazy("Name of the apprentice"),
        required=False,
        also=("姓名", "学徒姓名"),
        note=gettext_lazy("Compared with the record where it is filled in."),
        width=12,
    ),
    Column(
        "result",
        gettext_lazy("Result"),
        also=("结果", "考核结果"),
        choices=tuple(result.label for result in Result),
        width=10,
    ),
    Column(
        "assessed_on",
        gettext_lazy("Day of assessment"),
        also=("考核日期", "日期", "评价日期"),
        example="2024-12-20",
        width=14,
    ),
    Column(
        "certificate_kind",
        gettext_lazy("Certificate"),
        required=False,
        also=("证书类型", "证书类别", "证书"),
        choices=tuple(kind.label for kind in CertificateKind),
        width=24,
    ),
    Column(
        "certificate_number",
        gettext_lazy("Certificate number"),
        required=False,
        also=("证书编号", "证书号", "证书号码"),
        text=True,
        width=24,
    ),
    Column(
        "certificate_on",
        gettext_lazy("Certificate issued on"),
        required=False,
        also=("发证日期", "证书日期"),
        example="2025-01-10",
        width=14,
    ),
)
RESULT_NOTES = (
    gettext_lazy("One row is one apprentice. A certificate has kind, number and day of issue, or none."),
    gettext_lazy("A result may be corrected by uploading it again, until a claim rests on it."),
)
_RESULTS: dict[str, Result] = {
    "合格": Result.PASSED,
    "通过": Result.PASSED,
    "及格": Result.PASSED,
    "pass": Result.PASSED,
    "不合格": Result.FAILED,
    "未通过": Result.FAILED,
    "未合格": Result.FAILED,
    "不及格": Result.FAILED,
    "fail": Result.FAILED,
}
_KINDS: dict[str, CertificateKind] = {
    "职业技能等级证书": CertificateKind.SKILL_LEVEL,
    "技能等级证书": CertificateKind.SKILL_LEVEL,
    "职业资格证书": CertificateKind.QUALIFICATION,
    "国家职业资格证书": CertificateKind.QUALIFICATION,
    "专项职业能力证书": CertificateKind.SPECIAL_ABILITY,
    "特种作业操作证": CertificateKind.SAFETY,
    "特种作业证书": CertificateKind.SAFETY,
    "安全证书": CertificateKind.SAFETY,
    "结业证书": CertificateKind.APPRENTICE,
    "培训合格证书": CertificateKind.APPRENTICE,
    "毕业证书": CertificateKind.TECHNICAL_COLLEGE,
    "技工院校毕业证书": CertificateKind.TECHNICAL_COLLEGE,
}


def record_results_from_table(
    actor: Actor, training_class: TrainingClass, upload: UploadedFile, *, on: date
) -> Outcome:
    """Record the results of a table; return how many were taken and which rows came to nothing.

    Raises `Forbidden` or `NotFound` for actor and class, `InvalidInput` for a file that cannot be read.
    """
    record_results(actor, training_class, {}, on=on)
    outcome = Outcome(RESULT_COLUMNS)
    people = {
        key: (row.pk, row.person.name)
        for row in selectors.people_of(training_class)
        if row.number is not None
        for key in (row.number, row.number.rpartition("-")[2])
    }
    rows: dict[int, Row] = {}
    reports: dict[int, ResultFacts] = {}
    for row in rows_of(upload, RESULT_COLUMNS):
        pk, facts, problems = _read(row, people)
        if pk is not None and pk in rows and not problems:
            message = _("This apprentice stands in row %(row)s already.") % {"row": rows[pk].number}
            problems.append(Problem("twice", message, field="number", row=row.number))
        if pk is None or facts is None or problems:
            outcome.refuse(row, problems)
            continue
        rows[pk], reports[pk] = row, facts
    refused = record_results(actor, training_class, reports, on=on)
    for pk, refusal in refused.items():
        plain = [Problem(refusal.code, refusal.message, field="result", row=rows[pk].number)]
        outcome.refuse(rows[pk], refusal.problems or plain)
    outcome.taken = len(reports) - len(refused)
    return outcome


def _read(
    row: Row, people: Mapping[str, tuple[int, str]]
) -> tuple[int | None, ResultFacts | None, list[Problem]]:
    cells = Cells(row, RESULT_COLUMNS)
    pk = _person(cells, people)
    result = cells.word("result", meanings(Result, _RESULTS))
    assessed_on = cells.day("assessed_on")
    kind = cells.word("certificate_kind", meanings(CertificateKind, _KINDS), needed=False)
    issued = cells.day("certificate_on", needed=False)
    if cells.problems or pk is None:
        return pk, None, cells.problems
    facts = ResultFacts(
        result=result,
        assessed_on=assessed_on,
        certificate_kind=kind or "",
        certificate_number=cells.text("certificate_number")[:64],
        certificate_on=issued,
    )
    return pk, facts, cells.problems


def _person(cells: Cells, people: Mapping[str, tuple[int, str]]) -> int | None:
    number, name = cells.needed("number"), cells.text("name")
    if not number:
        return None
    if number not in people:
        cells.add("number", "not_enrolled", _("Nobody with this number is enrolled in this class."))
        return None
    pk, known = people[number]
    if name and name != fold_width(known):
        cells.add("name", "name_differs", _("The record with this number bears another name."))
    return pk

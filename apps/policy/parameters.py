"""The parameters that a document of a programme sets: names and kinds, no figures.

A figure stands in the document's files; this list only says what may stand there, so that a slip of
the pen is found when the document is loaded and not when money is due.
"""

from dataclasses import dataclass, field
from typing import Any

from django.db import models

from apps.policy import enums


@dataclass(frozen=True)
class Spec:
    """What one parameter looks like.

    `unit` is what the file must state, `programme` whose documents have it. A `table` may be a list of
    rows with conditions; each row then carries its value under `row_key`. `default` is what holds where a
    document leaves an optional parameter out.
    """

    kind: str
    unit: str
    table: bool = False
    row_key: str = ""
    required: bool = True
    default: Any = None
    allowed: type[models.TextChoices] | None = None
    low: int = 0
    high: int = 1_000_000
    row_facts: frozenset[str] = field(default_factory=frozenset)
    programme: enums.Programme = enums.Programme.APPRENTICESHIP


_BY_LEVEL = frozenset({"level"})
_BY_RATE = frozenset({"occupation_kind", "level", "months", "in_evaluation_scope"})
_BY_RESULT = _BY_RATE | {"result", "certificate"}


def _days(required: bool = True) -> Spec:
    return Spec("count", "working_days", low=1, high=400, required=required)


def _flag() -> Spec:
    return Spec("flag", "yes_no")


def _recovery(kind: str, unit: str, **more: Any) -> Spec:
    return Spec(kind, unit, programme=enums.Programme.RECOVERY, **more)


PARAMETERS: dict[str, Spec] = {
    # Money
    "rates": Spec("yuan", "yuan_per_person_year", table=True, row_key="yuan", row_facts=_BY_RATE),
    "shares": Spec("percent", "percent", table=True, row_key="percent", row_facts=_BY_RESULT),
    "advance_share": Spec("percent", "percent", table=True, row_key="percent", row_facts=_BY_RATE),
    "advance_base": Spec("word", "code", allowed=enums.AdvanceBase),
    "due_rounding": Spec("word", "code", allowed=enums.Rounding),
    "person_cap": Spec(
        "yuan", "yuan_per_person", table=True, row_key="yuan", row_facts=_BY_RATE, required=False
    ),
    "netting": Spec("word", "code", allowed=enums.Netting),
    "late_certificate": Spec(
        "word",
        "code",
        allowed=enums.LateCertificate,
        required=False,
        default=enums.LateCertificate.UNTIL_SIGNATURE,
    ),
    "recovery_deadline_days": _days(),
    "fund_order": Spec("funds", "codes"),
    "rate_date_basis": Spec("word", "code", allowed=enums.DateBasis),
    "scarce_list_date_basis": Spec("word", "code", allowed=enums.DateBasis),
    # Terms, credits, teaching plan
    "standard_term_months": Spec(
        "count", "months", table=True, row_key="months", row_facts=_BY_LEVEL, low=1, high=600
    ),
    "term_months_max": Spec("count", "months", low=1, high=600),
    "credits_min": Spec("count", "credits", table=True, row_key="credits", row_facts=_BY_LEVEL),
    "hours_per_credit": Spec("count", "class_hours", low=1, high=1000),
    "minutes_per_class_hour": Spec("count", "minutes", low=1, high=240),
    "session_minutes_max": Spec("count", "minutes", low=1, high=1440),
    "teaching_plan_proportion": Spec("proportion", "parts"),
    "teaching_plan_tolerance": Spec("percent", "percent"),
    "online_hours_share": Spec("percent", "percent"),
    # Who may teach
    "mentor_experience_years_min": Spec("count", "years", high=60),
    "mentor_certificate_level_min": Spec("level", "level"),
    "mentor_title_grade_min": Spec("word", "grade", allowed=enums.TitleGrade, required=False),
    "teacher_experience_years_min": Spec("count", "years", high=60),
    "teacher_certificate_level_min": Spec("level", "level"),
    "teacher_title_grade_min": Spec("word", "grade", allowed=enums.TitleGrade, required=False),
    # Who may learn
    "contract_months_min": Spec("count", "months", high=600),
    "local_insurance_required": _flag(),
    "dispatched_workers_allowed": _flag(),
    "age_min": Spec("count", "years", high=120),
    "age_max_male": Spec("count", "years", high=120),
    "age_max_female": Spec("count", "years", high=120),
    "exclusions": Spec("words", "codes", allowed=enums.Exclusion),
    # Constraints of the database hold one enrolment per person: a document cannot ask for more.
    "active_enrolments_max": Spec("count", "enrolments", low=1, high=1),
    "same_occupation_and_level_once": _flag(),
    "trainings_per_person_year_max": Spec("count", "trainings", low=1, high=1000),
    "minimum_monthly_wage": Spec("yuan", "yuan_per_month", required=False),
    # Procedure
    "deadline_accept_days": _days(),
    "deadline_review_days": _days(),
    "deadline_recheck_days": _days(),
    "deadline_correct_days": _days(),
    "deadline_sign_days": _days(),
    "deadline_release_days": _days(),
    "deadline_pay_days": _days(),
    "public_notice_required": _flag(),
    "public_notice_days": Spec("count", "working_days", low=0, high=400),
    "expert_review_required": _flag(),
    "site_visit_required": _flag(),
    "settlement_evidence_min": Spec("count", "files", high=10_000),
    "superior_consent_required": _flag(),
    "prohibited_industries_apply": _flag(),
    # Recovery of what was paid
    "recovery_offset_order": _recovery("word", "code", allowed=enums.OffsetOrder),
    "recovery_offset_from": _recovery("word", "code", allowed=enums.OffsetFrom),
    "recovery_reminders": _recovery("numbers", "days_from_due", low=-400, high=400),
    "recovery_ageing": _recovery("numbers", "days", low=1, high=4000),
    "recovery_instalments_max": _recovery("count", "instalments", low=1, high=400),
    "recovery_instalment_months_max": _recovery("count", "months", low=1, high=400),
    "recovery_instalment_grace_days": _recovery("count", "working_days", low=0, high=400),
    "recovery_settle_days": _recovery("count", "working_days", low=1, high=400, required=False),
    "recovery_missed_instalment": _recovery("word", "code", allowed=enums.MissedInstalment),
}


def parameters_of(programme: str) -> dict[str, Spec]:
    """What the documents of a programme may set."""
    return {name: spec for name, spec in PARAMETERS.items() if spec.programme == programme}


def required_of(programme: str) -> frozenset[str]:
    """What every document of a programme has to set."""
    return frozenset(name for name, spec in parameters_of(programme).items() if spec.required)


REQUIRED = required_of(enums.Programme.APPRENTICESHIP)

"""What the district goes through at the enrolment review: counted facts beside each question."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.apprentices.checks import AGREEMENT_ARTICLE
from apps.apprentices.enums import ClassDocumentKind, EnrolmentState, PostKind
from apps.apprentices.models import LineSeats, TrainingClass
from apps.casework.enums import Verdict
from apps.casework.models import CaseDocument
from apps.policy.rules import Rules


@dataclass(frozen=True)
class RosterSummary:
    """The roster in figures: what the machine counted over every registered row."""

    people: int
    seats: int
    taken: int
    early: int
    late: int
    unsigned: int
    signed_late: int
    uninsured: int
    by_kind: dict[str, int]
    documents: dict[str, int]

    @property
    def doubts(self) -> int:
        return self.early + self.late + self.unsigned + self.signed_late


def summary_of(training_class: TrainingClass) -> RosterSummary:
    """Count the roster of a class, in four queries whatever its size."""
    rows = training_class.enrolments.filter(state=EnrolmentState.REGISTERED)
    counts = rows.aggregate(
        people=Count("id"),
        early=Count("id", filter=Q(contract_to__lt=F("ends_on"))),
        late=Count("id", filter=Q(contract_from__gt=F("starts_on"))),
        unsigned=Count("id", filter=Q(agreement_signed_on__isnull=True)),
        signed_late=Count("id", filter=Q(agreement_signed_on__gt=F("starts_on"))),
        uninsured=Count("id", filter=Q(insured_in_city=False)),
    )
    kinds = dict(rows.values_list("post_kind").annotate(many=Count("id")).order_by())
    seats = LineSeats.objects.get(pk=training_class.line_id)
    documents = CaseDocument.objects.of(training_class).values_list("kind").annotate(many=Count("id"))
    return RosterSummary(
        **counts,
        by_kind={str(PostKind(kind).label): many for kind, many in kinds.items()},
        seats=seats.seats,
        taken=seats.taken,
        documents=dict(documents.order_by()),
    )


# What the reviewer is asked, by the codes under which a decision keeps the answers.
QUESTIONS: dict[str, Promise] = {
    "identity": gettext_lazy("Everybody is who they say, of the right age, and enrolled nowhere else"),
    "post": gettext_lazy("New hires, people in skilled or transferred posts, or chosen by the enterprise"),
    "contract": gettext_lazy("Labour contracts of at least the shortest term, covering the training"),
    "insurance": gettext_lazy("Social insurance is paid in the city"),
    "agreement": gettext_lazy("Training agreements between enterprise and apprentices are signed"),
    "headcount": gettext_lazy("No more people than the plan's line allows"),
}


def checklist_for(summary: RosterSummary, rules: Rules) -> list[dict[str, Any]]:
    """The questions to the reviewer, each with its article and what was counted; a verdict is suggested
    only where the machine has decided it for every row."""
    agreements = summary.documents.get(ClassDocumentKind.TRAINING_AGREEMENT, 0)
    kinds = ", ".join(f"{label} {many}" for label, many in summary.by_kind.items())
    return [
        _item(
            "identity",
            QUESTIONS["identity"],
            rules.article("active_enrolments_max"),
            _("%(count)s ID numbers checked one by one and against all enrolments of the city")
            % {"count": summary.people},
            Verdict.PASS,
        ),
        _item(
            "post",
            QUESTIONS["post"],
            rules.article("dispatched_workers_allowed"),
            kinds,
        ),
        _item(
            "contract",
            QUESTIONS["contract"],
            rules.article("contract_months_min"),
            _("%(early)s end before the training does, %(late)s begin after it")
            % {"early": summary.early, "late": summary.late},
            Verdict.PASS if not summary.early + summary.late else "",
        ),
        _item(
            "insurance",
            QUESTIONS["insurance"],
            rules.article("local_insurance_required"),
            _("Declared for %(count)s of %(people)s")
            % {"count": summary.people - summary.uninsured, "people": summary.people},
        ),
        _item(
            "agreement",
            QUESTIONS["agreement"],
            AGREEMENT_ARTICLE,
            _("%(missing)s without a day of signature, %(late)s signed after the start; documents: %(files)s")
            % {"missing": summary.unsigned, "late": summary.signed_late, "files": agreements},
        ),
        _item(
            "headcount",
            QUESTIONS["headcount"],
            "五",
            _("%(taken)s of %(seats)s places taken") % {"taken": summary.taken, "seats": summary.seats},
            Verdict.PASS,
        ),
    ]


def _item(code: str, label: str | Promise, article: str, found: str, result: str = "") -> dict[str, Any]:
    return {"code": code, "label": label, "article": article, "found": found, "result": result}


def defects_for(summary: RosterSummary, rules: Rules) -> list[dict[str, str]]:
    """Defects as a return would name them, with the sentence where the machine saw one."""
    contract, signed = rules.article("contract_months_min"), AGREEMENT_ARTICLE
    return [
        _defect("contract_ends_early", _("Contract ends before the training"), contract, summary.early),
        _defect("contract_begins_late", _("Contract begins after the training"), contract, summary.late),
        _defect("agreement_missing", _("Training agreement not signed"), signed, summary.unsigned),
        _defect("agreement_late", _("Training agreement signed too late"), signed, summary.signed_late),
    ]


def _defect(code: str, label: str, article: str, many: int) -> dict[str, str]:
    text = _("%(what)s: %(count)s people.") % {"what": label, "count": many} if many else ""
    return {"code": code, "label": label, "article": article, "text": text}

"""From enrolments to the facts that the calculator asks for, as one query for a whole class."""

from django.db.models import BooleanField, Case, CharField, DateField, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Greatest, TruncDate

from apps.apprentices.enums import STANDING_STATES, EnrolmentState
from apps.apprentices.models import Enrolment, TrainingClass
from apps.claims.enums import HOLDING, ClaimKind, ClaimState, ObjectionState
from apps.claims.models import Claim, ClaimLine, Objection
from apps.policy.enums import DateBasis, Programme
from apps.policy.models import PolicyDocument
from apps.policy.selectors import parameter
from apps.training.credits import credits_of, with_minutes
from apps.training.enums import CertificateKind, DisputeState, Result
from apps.training.models import Dispute

# Certificates that count for the full standard (Beijing 2022-11, 3(2)3): those of a vocation, not the
# school's own diploma. They must be for the enrolled occupation and level.
VOCATIONAL = (
    CertificateKind.SKILL_LEVEL,
    CertificateKind.QUALIFICATION,
    CertificateKind.SPECIAL_ABILITY,
    CertificateKind.SAFETY,
)
UNFINISHED = (EnrolmentState.WITHDRAWN, EnrolmentState.TRANSFERRED)
# Columns that decide the amount: apprentices who agree in all of them share one calculation.
FACTS = (
    "policy_document_id",
    "rates_on",
    "occupation_kind",
    "level_id",
    "term_months",
    "in_evaluation_scope",
    "outcome",
    "certified",
)
OPEN_STATES = (
    ClaimState.DRAFT,
    ClaimState.DISTRICT_REVIEW,
    ClaimState.SECOND_SIGNATURE,
    ClaimState.RETURNED,
    ClaimState.APPROVED,
    ClaimState.PAYEE_SIGNATURE,
    ClaimState.RELEASED,
)


# Whom to leave out is asked once for the class, as a list of ids: asked apprentice by apprentice, a planner
# that has not yet counted a new class reads all lines for each of them. The class has few claims; where none
# of them holds anybody, their lines are not read at all.
def _claimed(training_class: TrainingClass, kind: ClaimKind, **more: object) -> Q:
    claims = Claim.objects.filter(training_class=training_class, kind=kind, **more)
    lines = ClaimLine.objects.filter(
        claim_id__in=list(claims.values_list("pk", flat=True)), kind=kind, voided_at=None
    )
    return Q(pk__in=lines.order_by().values("enrolment_id"))


def _open_dispute(training_class: TrainingClass) -> Q:
    disputes = Dispute.objects.filter(enrolment__training_class=training_class, state=DisputeState.OPEN)
    return Q(pk__in=disputes.order_by().values("enrolment_id"))


def short_of_credits(training_class: TrainingClass) -> list[int]:
    """Who passed, had hours taken back since by a dispute that was upheld, and lacks the credits now.

    A pass needs the credits of its level (2022-11, 3(3)1). Enrolments by id.
    """
    taken_back = Dispute.objects.filter(
        enrolment__training_class=training_class, state=DisputeState.UPHELD, attendance__isnull=False
    )
    passed = Enrolment.objects.filter(
        pk__in=taken_back.order_by().values("enrolment_id"),
        assessment__result=Result.PASSED,
        state__in=STANDING_STATES,
    )
    rows = with_minutes(passed.select_related("policy_document"))
    return [row.pk for row in rows if not credits_of(row).enough]


def _objected(training_class: TrainingClass, *states: ObjectionState) -> Q:
    """Whom an objection to a public notice holds; but who left or failed owes what was paid ahead."""
    rows = Objection.objects.filter(enrolment__training_class=training_class, state__in=states)
    found = list(rows.order_by().values_list("enrolment_id", flat=True))
    owing = Q(state__in=UNFINISHED) | Q(assessment__isnull=False, assessment__result=Result.FAILED)
    return Q(pk__in=found) & ~owing if found else Q(pk__in=[])


def advance_candidates(training_class: TrainingClass) -> QuerySet[Enrolment]:
    """Enrolled apprentices of the class whose advance is neither claimed nor paid (4(4))."""
    return advance_facts(
        Enrolment.objects.filter(training_class=training_class, state=EnrolmentState.ENROLLED)
        .exclude(_claimed(training_class, ClaimKind.ADVANCE))
        .exclude(_claimed(training_class, ClaimKind.REMAINDER))
        .exclude(_objected(training_class, *HOLDING))
    )


def remainder_candidates(training_class: TrainingClass, *, by_office: bool = False) -> QuerySet[Enrolment]:
    """Apprentices of the class whose outcome is known and not yet settled (4(3)).

    Left out, and listed by `held`: an open dispute, a pass without its credits, an advance still on its way,
    an objection. `by_office`: also who was advanced money and has no result, for a class that its district
    settles.
    """
    return (
        _undecided(training_class, by_office=by_office)
        .exclude(_open_dispute(training_class))
        .exclude(pk__in=short_of_credits(training_class))
        .exclude(_claimed(training_class, ClaimKind.ADVANCE, state__in=OPEN_STATES))
        .exclude(_objected(training_class, *HOLDING))
    )


def held(
    training_class: TrainingClass, kind: ClaimKind = ClaimKind.REMAINDER
) -> dict[str, QuerySet[Enrolment]]:
    """Apprentices who could be claimed for but for one thing, by what holds them."""
    own = Enrolment.objects.filter(training_class=training_class)
    unclaimed = own.exclude(_claimed(training_class, kind))
    objections: dict[str, QuerySet[Enrolment]] = {
        "objection": unclaimed.filter(_objected(training_class, ObjectionState.OPEN)),
        "objected": unclaimed.filter(_objected(training_class, ObjectionState.UPHELD)),
    }
    if kind == ClaimKind.ADVANCE:
        return objections
    waiting = _undecided(training_class)
    return {
        **objections,
        "dispute": waiting.filter(_open_dispute(training_class)),
        "credits": waiting.filter(pk__in=short_of_credits(training_class)),
        "advance_open": waiting.filter(_claimed(training_class, ClaimKind.ADVANCE, state__in=OPEN_STATES)),
        "no_result": Enrolment.objects.filter(
            training_class=training_class,
            state__in=STANDING_STATES,
            assessment=None,
        ),
    }


def _undecided(training_class: TrainingClass, *, by_office: bool = False) -> QuerySet[Enrolment]:
    own = Enrolment.objects.filter(training_class=training_class)
    found = remainder_facts(own, by_office=by_office)
    return found.exclude(_claimed(training_class, ClaimKind.REMAINDER))


def _rates_on() -> Case:
    """The day whose rates count: that of the record or, where the document says so, of the registration.

    Who was registered before the document came into force has the rates of its first day.
    """
    documents = PolicyDocument.objects.filter(programme=Programme.APPRENTICESHIP).order_by()
    by_registration = [
        document.pk
        for document in documents
        if parameter(document, "rate_date_basis", document.in_force_from) == DateBasis.REGISTRATION_DAY
    ]
    registered = Greatest(TruncDate("created_at"), F("policy_document__in_force_from"))
    return Case(
        When(policy_document__in=by_registration, then=registered),
        default=F("set_up_on"),
        output_field=DateField(),
    )


def advance_facts(rows: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """The rows with what an advance follows from."""
    return rows.annotate(
        rates_on=_rates_on(),
        outcome=Value(None, output_field=CharField()),
        certified=Value(None, output_field=BooleanField()),
        advanced_fen=Value(0),
        result_id=Value(None, output_field=BooleanField()),
    )


def unassessed(at: str = "") -> Q:
    """Who stands in a class and has no result; `at` leads from the rows to the enrolment."""
    return Q(**{f"{at}state__in": STANDING_STATES, f"{at}assessment": None})


def remainder_facts(rows: QuerySet[Enrolment], *, by_office: bool = False) -> QuerySet[Enrolment]:
    """Those of the rows whose outcome is known, with what the remainder follows from.

    `by_office`: who has no result counts as not having finished, as the district settles the class.
    """
    assessed = Q(state__in=STANDING_STATES, assessment__isnull=False)
    unfinished = Q(state__in=UNFINISHED)
    if by_office:
        unfinished |= unassessed()
    # Who left before anything was paid costs nothing and needs no line.
    left_with_money = unfinished & Q(entitlement__paid_fen__gt=0)
    return rows.filter(assessed | left_with_money).annotate(
        rates_on=_rates_on(),
        outcome=Case(
            When(unfinished, then=Value("withdrawn")),
            default=F("assessment__result"),
            output_field=CharField(),
        ),
        certified=Case(
            When(
                assessment__certificate_kind__in=VOCATIONAL,
                assessment__certificate_occupation=F("occupation"),
                assessment__certificate_level=F("level"),
                then=Value(True),
            ),
            default=Value(False),
            output_field=BooleanField(),
        ),
        advanced_fen=Coalesce(F("entitlement__paid_fen") - F("entitlement__recovered_fen"), 0),
        result_id=Case(When(state__in=UNFINISHED, then=None), default=F("assessment__id")),
    )

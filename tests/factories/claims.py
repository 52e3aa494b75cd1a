"""A class in training with money behind it, and the people who decide on its claims."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.apprentices.models import Enrolment, TrainingClass
from apps.casework.models import CaseDocument
from apps.claims.enums import ClaimKind
from apps.claims.models import Claim
from apps.claims.services.compute_claim import compute_claim
from apps.claims.services.review_claim import approve_claim
from apps.claims.services.sign_claim import sign_claim
from apps.claims.services.submit_claim import submit_claim
from apps.core import clock
from apps.core.models import StoredFile
from apps.enterprises.models import BankAccount
from apps.ledger.models import Budget
from apps.payouts.services.record_appropriation import record_appropriation
from apps.payouts.services.record_payment import record_payment
from apps.payouts.services.release_payment import release_payment
from apps.plans.enums import MentorSide, Place
from apps.training.enums import EvidenceKind, Mode, SessionSide
from apps.training.models import Assessment, Attendance, TrainingSession
from tests.factories import accounts, apprentices, enterprises, ledger
from tests.factories.apprentices import ON, Workshop, entry
from tests.ground import stands, stands_upon

SPECIAL, EMPLOYMENT = "special_account", "employment_fund"


@dataclass
class Money:
    """A class of a workshop whose claims can be paid, and who acts on them."""

    shop: Workshop
    training_class: TrainingClass
    supervisor: Actor
    finance: Actor
    city_finance: Actor
    operator_of_institution: Actor

    @property
    def clerk(self) -> Actor:
        return self.shop.clerk

    @property
    def reviewer(self) -> Actor:
        return self.shop.officer

    def enrolments(self) -> list[Enrolment]:
        return list(self.training_class.enrolments.order_by("id"))


@stands_upon(apprentices.policy, accounts.founders, ledger.chart)
def money(
    *,
    people: int = 2,
    entries: Sequence[dict[str, object]] = (),
    special_fen: int = 10_000_000_00,
    employment_fen: int = 10_000_000_00,
    **options: object,
) -> Money:
    """A class of `people` (or `entries`) in training; its district has budgets, its payee is confirmed."""
    ledger.chart()
    entries = entries or [entry() for _n in range(people)]
    shop = apprentices.workshop(headcount=max(len(entries), 1), **options)
    place = shop.enterprise.organisation.district
    enterprises.bank_account(shop.enterprise.organisation)
    training_class = apprentices.enrolled_class(shop, entries)
    finance = accounts.actor(Role.FINANCE_OFFICER, district=place)
    for fund, fen in ((SPECIAL, special_fen), (EMPLOYMENT, employment_fen)):
        if fen:
            record_appropriation(
                finance,
                key=f"appropriation:{place.pk}:{fund}",
                fund=fund,
                district=place.pk,
                year=ON.year,
                amount_fen=fen,
                document="京财社〔2023〕1号",
                on=ON,
            )
    return Money(
        shop=shop,
        training_class=training_class,
        supervisor=accounts.actor(Role.DISTRICT_SUPERVISOR, district=place),
        finance=finance,
        city_finance=accounts.actor(Role.FINANCE_OFFICER),
        operator_of_institution=accounts.actor(
            Role.INSTITUTION_OPERATOR, organisation=shop.institution.organisation
        ),
    )


@stands
def computed(of: Money, kind: ClaimKind = ClaimKind.ADVANCE, *, on: date = ON) -> Claim:
    """The draft of a claim, as it computes itself."""
    return compute_claim(of.clerk, of.training_class, kind, on=on)


@stands
def approved(of: Money, kind: ClaimKind = ClaimKind.ADVANCE, *, on: date = ON) -> Claim:
    """A claim that the district approved, waiting for the second signature."""
    claim = submit_claim(of.clerk, computed(of, kind, on=on), on=on)
    return approve_claim(of.reviewer, claim, on=on)


@stands
def signed(of: Money, kind: ClaimKind = ClaimKind.ADVANCE, *, on: date = ON) -> Claim:
    """A claim that was signed and waits for its release."""
    return sign_claim(of.supervisor, approved(of, kind, on=on), on=on)


@stands
def paid(of: Money, kind: ClaimKind = ClaimKind.ADVANCE, *, on: date = ON) -> Claim:
    """A claim that the bank paid."""
    claim = release_payment(of.finance, signed(of, kind, on=on), on=on)
    return record_payment(of.finance, claim, on=on, paid_on=on, bank_serial=f"B{claim.pk:012d}")


def moved_account(claim: Claim) -> None:
    """The enterprise gave up the account that was signed for and has another one now."""
    organisation = claim.enterprise.organisation
    BankAccount.objects.filter(organisation=organisation, state="confirmed").update(
        state="retired", retired_at=clock.now(), retired_reason="换了银行"
    )
    enterprises.bank_account(organisation)


def result(
    of: Money, enrolment: Enrolment, outcome: str, *, certificate: bool = False, on: date = ON
) -> Assessment:
    """The result of an apprentice, as if the hours had been given."""
    number = f"C{enrolment.pk:015d}" if certificate else ""
    return Assessment.objects.create(
        enrolment=enrolment,
        district_id=enrolment.district_id,
        result=outcome,
        assessed_on=on,
        credits_tenths=800,
        certificate_kind="skill_level" if certificate else "",
        certificate_number=number,
        certificate_on=on if certificate else None,
        certificate_occupation_id=enrolment.occupation_id if certificate else None,
        certificate_level_id=enrolment.level_id if certificate else None,
        recorded_by_id=of.operator_of_institution.user_id,
    )


def evidence(of: Money, count: int = 3, *, day: int = 0) -> TrainingSession:
    """A session with as many photos as the policy asks for at settlement."""
    held = session(of, of.enrolments()[:1], day=day)
    for number in range(count):
        stored = StoredFile.objects.create(
            sha256=f"{held.pk:032x}{number:032x}", size=1, media_type="image/jpeg", name=f"{number}.jpg"
        )
        CaseDocument.objects.create(
            subject_type="training.trainingsession",
            subject_id=held.pk,
            kind=EvidenceKind.PHOTO,
            title=f"{number}",
            file=stored,
            uploaded_by_id=of.operator_of_institution.user_id,
        )
    return held


def session(of: Money, present: Sequence[Enrolment], *, minutes: int = 90, day: int = 0) -> TrainingSession:
    """A lesson of the institution with those who were there."""
    plan = of.shop.plan
    course = plan.courses.get(place=Place.INSTITUTION)
    mentor = plan.mentors.get(side=MentorSide.INSTITUTION)
    starts_at = datetime(2023, 3, 2, 1, 0, tzinfo=UTC) + timedelta(days=day)
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=minutes), "minutes": minutes}
    held = TrainingSession.objects.create(
        training_class=of.training_class,
        district_id=of.training_class.district_id,
        side=SessionSide.INSTITUTION,
        mode=Mode.CLASSROOM,
        course=course,
        mentor=mentor,
        recorded_by_id=of.operator_of_institution.user_id,
        **times,
    )
    Attendance.objects.bulk_create(
        Attendance(
            session=held, enrolment=row, district_id=row.district_id, side=SessionSide.INSTITUTION, **times
        )
        for row in present
    )
    return held


def budgets(of: Money) -> dict[str, tuple[int, int, int]]:
    """Per fund: appropriated, reserved, used."""
    return {
        row.fund_id: (row.appropriated_fen, row.reserved_fen, row.used_fen)
        for row in Budget.objects.filter(district_code=of.training_class.district_id)
    }

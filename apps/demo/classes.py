"""Classes of the demo city: registered, enrolled, taught, assessed."""

from collections.abc import Generator
from datetime import date, datetime, time, timedelta

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.apprentices import services
from apps.apprentices.enums import EnrolmentState
from apps.apprentices.models import Enrolment, TrainingClass
from apps.casework.engine import Opinion
from apps.casework.services.documents import add_document
from apps.core.clock import BEIJING
from apps.core.errors import Refused
from apps.core.workdays import working_day_back, working_days
from apps.demo.files import picture
from apps.demo.invention import Inventor
from apps.demo.people import Staff
from apps.demo.plans import Partners
from apps.plans.enums import MentorSide, Place
from apps.plans.models import Plan
from apps.training.enums import CertificateKind, EvidenceKind, Mode
from apps.training.services.complete_assessed import complete_assessed
from apps.training.services.disputes import raise_dispute
from apps.training.services.record_result import ResultFacts
from apps.training.services.record_results import record_results
from apps.training.services.record_sessions import record_sessions
from apps.training.services.storing import SessionFacts

_POSTS = ("新招用", "新招用", "转岗", "企业自主确定", "劳务派遣")
_FULL_DAY = (time(8, 30), time(17, 30))
# Classes that are still training have had this part of their sessions.
_PART_HELD = 3


def open_roster(
    partners: Partners, plan: Plan, inventor: Inventor, *, on: date, starts_on: date
) -> TrainingClass:
    """A class with everybody registered."""
    training_class = services.open_class(partners.clerk, plan, plan.lines.get(), on=on, starts_on=starts_on)
    contract = starts_on - timedelta(days=inventor.random.randint(20, 200))
    entries = []
    for _n in range(partners.trade.headcount):
        somebody = inventor.person(age_min=20, age_max=45)
        entries.append(
            {
                "name": somebody.name,
                "id_number": somebody.id_number,
                "mobile": somebody.mobile,
                "post_kind": inventor.random.choice(_POSTS),
                "contract_from": contract.isoformat(),
                "contract_to": (contract + timedelta(days=3 * 365)).isoformat(),
                "insured_in_city": "是",
                "person_status": "在职职工",
                "agreement_signed_on": (on - timedelta(days=3)).isoformat(),
                "remark": "",
            }
        )
    registered = services.register_apprentices(partners.clerk, training_class, entries, on=on)
    for problems in registered.problems.values():
        raise Refused(problems=problems)
    return training_class


def enrol(
    partners: Partners, training_class: TrainingClass, staff: Staff, *, on: date
) -> Generator[date, None, TrainingClass]:
    """Handed in and approved: every record is set up, the class opens."""
    handed_in = working_day_back(on, 3)
    yield handed_in
    submitted = services.submit_roster(partners.clerk, training_class, on=handed_in)
    yield on
    reviewer = staff.of_district[Role.DISTRICT_REVIEWER, training_class.district_id]
    return services.approve_class(reviewer, submitted, on=on)


def teach(partners: Partners, training_class: TrainingClass, *, whole: bool, on: date) -> None:
    """Sessions of both sides on working days: all that the credits ask for, or the first part of them."""
    plan = training_class.plan
    present = dict.fromkeys(
        Enrolment.objects.filter(training_class=training_class, state=EnrolmentState.ENROLLED).values_list(
            "pk", flat=True
        )
    )
    days = working_days(training_class.starts_on, on)
    for side, actor, mode in (
        (Place.INSTITUTION, partners.teacher, Mode.CLASSROOM),
        (Place.ENTERPRISE, partners.clerk, Mode.ON_THE_JOB),
    ):
        mentors = list(plan.mentors.filter(side=MentorSide(side.value)).order_by("id"))
        reports = []
        for course in plan.courses.filter(place=side).order_by("id"):
            # A day from 8:30 to 17:30 is twelve class hours of 45 minutes.
            sessions = -(-course.hours // 12)
            wanted = sessions if whole else max(1, sessions // _PART_HELD)
            for number in range(wanted):
                try:
                    day = next(days)
                except StopIteration:
                    break
                reports.append(
                    SessionFacts(
                        course=course,
                        mentor=mentors[number % len(mentors)],
                        mode=mode,
                        starts_at=datetime.combine(day, _FULL_DAY[0], BEIJING),
                        ends_at=datetime.combine(day, _FULL_DAY[1], BEIJING),
                        attendance=present,
                        topic=f"{course.name}（{number + 1}）",
                    )
                )
        held = record_sessions(actor, training_class, reports, on=on) if reports else []
        for number, session in enumerate(held[:3]):
            upload = picture(f"现场照片{number + 1}", session.pk * 8 + number)
            add_document(
                actor, session, kind=EvidenceKind.PHOTO, upload=upload, title=f"培训现场照片{number + 1}"
            )


def leave(partners: Partners, training_class: TrainingClass, count: int, *, on: date) -> None:
    """Some withdraw on the way."""
    for enrolment in training_class.enrolments.filter(state=EnrolmentState.ENROLLED).order_by("-id")[:count]:
        services.withdraw_enrolment(partners.clerk, enrolment, on=on, opinion=Opinion(reason="个人原因离职"))


def assess(
    partners: Partners, training_class: TrainingClass, inventor: Inventor, *, on: date, failing: int = 1
) -> None:
    """Results for everybody who finished: most pass with a certificate, some without, a few fail."""
    rows = training_class.enrolments.filter(state=EnrolmentState.ENROLLED).order_by("id")
    reports = {}
    for place, enrolment in enumerate(rows):
        # The first one, whom the demo city lets sign in, has passed.
        failed = 0 < place <= failing
        certified = not failed and inventor.random.random() < 0.8
        reports[enrolment.pk] = ResultFacts(
            result="failed" if failed else "passed",
            assessed_on=on,
            certificate_kind=CertificateKind.SKILL_LEVEL if certified else "",
            certificate_number=f"S{training_class.district_id}{enrolment.pk:09d}" if certified else "",
            certificate_on=on if certified else None,
        )
    for refusal in record_results(partners.teacher, training_class, reports, on=on).values():
        raise refusal


def complete(partners: Partners, training_class: TrainingClass, *, on: date) -> None:
    """Everybody assessed is completed, and the enterprise closes the class."""
    complete_assessed(partners.clerk, training_class, on=on)
    services.complete_class(partners.clerk, training_class, on=on)


def dispute(apprentice: Actor, enrolment: Enrolment) -> None:
    """One apprentice does not agree with the hours of a day."""
    attendance = enrolment.attendances.filter(voided_at=None).order_by("id").first()
    raise_dispute(apprentice, enrolment, text="这一天我请假了，没有参加培训。", attendance=attendance)

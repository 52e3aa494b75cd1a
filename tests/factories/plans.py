"""A complete plan, its parties and its people: written and moved by the services themselves.

case = complete_plan()                  # a draft that can be handed in
case = complete_plan(state="city_recheck")
case.clerk, case.teacher, case.reviewer, case.officer, case.superior   # the actors
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from apps.accounts.actors import Actor
from apps.accounts.middleware import actor_of
from apps.accounts.models import Membership, Organisation
from apps.accounts.roles import OrganisationKind, Role
from apps.casework.engine import Opinion
from apps.enterprises.models import Enterprise
from apps.institutions.models import Institution
from apps.plans import services
from apps.plans.checklist import all_passed
from apps.plans.enums import PlanDocumentKind, PlanState
from apps.plans.inputs import Basics, CourseRow, LineRow, MentorRow, TextbookRow
from apps.plans.models import Plan
from tests.factories import accounts, enterprises, institutions
from tests.factories.apprentices import LEVEL, OCCUPATION, occupation, policy
from tests.ground import stands_upon

ON = date(2023, 3, 1)
STARTS, ENDS = date(2023, 4, 1), date(2025, 3, 31)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@dataclass
class PlanCase:
    """A plan with everybody who may act on it."""

    plan: Plan
    enterprise: Enterprise
    institution: Institution
    clerk_member: Membership
    teacher_member: Membership
    reviewer_member: Membership
    officer_member: Membership
    superior_member: Membership | None = None

    @property
    def clerk(self) -> Actor:
        return actor_of(self.clerk_member)

    @property
    def teacher(self) -> Actor:
        return actor_of(self.teacher_member)

    @property
    def reviewer(self) -> Actor:
        return actor_of(self.reviewer_member)

    @property
    def officer(self) -> Actor:
        return actor_of(self.officer_member)

    @property
    def superior(self) -> Actor:
        assert self.superior_member is not None
        return actor_of(self.superior_member)


@stands_upon(policy, accounts.founders)
def parties(*, district: str = "110105", superior: bool = False) -> dict[str, Any]:
    """An enterprise, an institution that may teach the occupation, and those who act."""
    policy(ON)
    occupation()
    place = accounts.district(district)
    above: Organisation | None = accounts.organisation(OrganisationKind.SUPERIOR_UNIT) if superior else None
    enterprise = enterprises.enterprise(district=place, superior=above)
    institution = institutions.institution(district=place, covers=[(OCCUPATION[0], LEVEL)])
    return {
        "enterprise": enterprise,
        "institution": institution,
        "clerk_member": accounts.member(Role.ENTERPRISE_OPERATOR, organisation=enterprise.organisation),
        "teacher_member": accounts.member(Role.INSTITUTION_OPERATOR, organisation=institution.organisation),
        "reviewer_member": accounts.member(Role.DISTRICT_REVIEWER, district=place),
        "officer_member": accounts.member(Role.CITY_OFFICER),
        "superior_member": accounts.member(Role.SUPERIOR_UNIT, organisation=above) if above else None,
    }


def basics(case_of: dict[str, Any] | PlanCase, **values: Any) -> Basics:
    """The first step, right in everything unless `values` say otherwise."""
    institution = case_of["institution"] if isinstance(case_of, dict) else case_of.institution
    return Basics(
        **{
            "title": "2023 年新型学徒制培养计划",
            "institution_id": institution.pk,
            "starts_on": STARTS,
            "ends_on": ENDS,
            "contact_name": "王敏",
            "contact_phone": "010-65000000",
            "monthly_wage_fen": 500_000,
            **values,
        }
    )


def lines(**values: Any) -> list[LineRow]:
    """One line, right in everything unless `values` say otherwise."""
    right = {"occupation": OCCUPATION[0], "level": LEVEL, "headcount": 30, "term_months": 24}
    return [LineRow(**{**right, **values})]


def courses() -> list[CourseRow]:
    """Ten courses' worth of hours at 1 : 3 : 6, together as many as a senior level needs."""
    return [
        CourseRow("职业道德与法律常识", "general", "institution", 80),
        CourseRow("机械加工工艺", "theory", "institution", 240),
        CourseRow("车削加工实训", "practice", "enterprise", 480),
    ]


def mentors() -> list[MentorRow]:
    return [
        MentorRow("enterprise", "赵师傅", "practice_years", years=8, fit_and_of_good_conduct=True),
        MentorRow("institution", "钱老师", "dual_qualified", fit_and_of_good_conduct=True),
    ]


def textbooks() -> list[TextbookRow]:
    return [TextbookRow("车工（高级）", "national", "中国劳动社会保障出版社", "978-7-5167-0000-0")]


def upload(name: str = "合作协议.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def fill_in(case_of: PlanCase, on: date = ON) -> Plan:
    """Write everything that a plan needs to be handed in."""
    clerk, plan = case_of.clerk, case_of.plan
    services.save_basics(clerk, plan, basics(case_of), on=on)
    services.save_lines(clerk, plan, lines(), on=on)
    services.save_courses(clerk, plan, courses(), on=on)
    services.save_mentors(clerk, plan, mentors(), on=on)
    services.save_textbooks(clerk, plan, textbooks(), on=on)
    for kind in (PlanDocumentKind.COOPERATION_AGREEMENT, PlanDocumentKind.MANAGEMENT_RULES):
        content = PDF + kind.value.encode()
        services.attach_document(clerk, plan, kind=kind, upload=upload(f"{kind.value}.pdf", content))
    plan.refresh_from_db()
    return plan


@stands_upon(policy, accounts.founders)
def draft(*, on: date = ON, **options: Any) -> PlanCase:
    """An empty draft of a new enterprise."""
    found = parties(**options)
    plan = services.create_plan(actor_of(found["clerk_member"]), on=on)
    return PlanCase(plan=plan, **found)


@stands_upon(policy, accounts.founders)
def complete_plan(*, state: str = PlanState.DRAFT, on: date = ON, **options: Any) -> PlanCase:
    """A complete plan, moved by everybody concerned until it is in that state."""
    case = draft(on=on, **options)
    fill_in(case, on)
    return advance(case, state, on=on)


def passed() -> Opinion:
    """The opinion of a reviewer who found everything right."""
    return Opinion(checklist=all_passed())


def returned(**row: str) -> Opinion:
    """The opinion of a reviewer who names one deficiency."""
    defect = {"code": "teaching.hours", "article": "三（三）1", "text": "补足学时", **row}
    return Opinion(reason="请按清单补正", deficiencies=[defect])


def advance(case: PlanCase, state: str, *, on: date = ON) -> PlanCase:
    """Take the steps that lead to a state, each by whoever has to."""
    for step in _way(case, PlanState(state)):
        case.plan.refresh_from_db()
        step(case, on)
    case.plan.refresh_from_db()
    return case


def submit(case: PlanCase, on: date = ON) -> Plan:
    return services.submit_plan(case.clerk, case.plan, on=on)


def consent(case: PlanCase, on: date = ON) -> Plan:
    return services.give_consent(case.superior, case.plan, on=on)


def countersign(case: PlanCase, on: date = ON) -> Plan:
    return services.countersign_plan(case.teacher, case.plan, on=on)


def approve(case: PlanCase, on: date = ON) -> Plan:
    return services.approve_plan(case.reviewer, case.plan, on=on, opinion=passed())


def confirm(case: PlanCase, on: date = ON) -> Plan:
    return services.confirm_plan(case.officer, case.plan, on=on)


def give_back(case: PlanCase, on: date = ON) -> Plan:
    return services.return_plan(case.reviewer, case.plan, on=on, opinion=returned())


def reject(case: PlanCase, on: date = ON) -> Plan:
    return services.reject_plan(case.reviewer, case.plan, on=on, opinion=Opinion(reason="不符合条件"))


def withdraw(case: PlanCase, on: date = ON) -> Plan:
    return services.withdraw_plan(case.clerk, case.plan, on=on, opinion=Opinion(reason="计划有变"))


def give_up(case: PlanCase, on: date = ON) -> Plan:
    return services.give_up_plan(case.clerk, case.plan, on=on, opinion=Opinion(reason="转产"))


def _way(case: PlanCase, state: PlanState) -> list[Any]:
    first = [submit, consent] if case.superior_member else [submit]
    ways: dict[str, list[Any]] = {
        PlanState.DRAFT: [],
        PlanState.CONSENT: [submit],
        PlanState.COUNTERSIGN: first,
        PlanState.DISTRICT_REVIEW: [*first, countersign],
        PlanState.CITY_RECHECK: [*first, countersign, approve],
        PlanState.APPROVED: [*first, countersign, approve, confirm],
        PlanState.RETURNED: [*first, countersign, give_back],
        PlanState.REJECTED: [*first, countersign, reject],
        PlanState.WITHDRAWN: [withdraw],
        PlanState.ENDED: [*first, countersign, approve, confirm, give_up],
    }
    return ways[state]

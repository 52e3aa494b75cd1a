"""Approved plans, classes and rosters: made in the tables where they are only scenery, by services else.

shop = workshop(headcount=30)                      # enterprise, institution, plan, people who act
training_class = open_class(shop)                  # roster open
enrolment = register(shop, training_class, name="李四")
enrolled = enrolled_class(shop, [entry(), entry()])  # in training
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import count
from typing import Any

from django.db import transaction

from apps.accounts.actors import Actor
from apps.accounts.middleware import actor_of
from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.apprentices import services
from apps.apprentices.models import Enrolment, TrainingClass
from apps.casework.acting import acting
from apps.catalogue.models import Level, Occupation
from apps.core import clock
from apps.enterprises.models import Enterprise
from apps.institutions.models import Institution
from apps.plans.enums import LessonKind, MentorSide, Place, PlanState, Qualification
from apps.plans.models import Course, Mentor, Plan, PlanLine
from apps.policy.models import PolicyDocument
from apps.policy.reader import policies_dir, read_documents, rules_from_content
from apps.policy.rules import Rules
from apps.policy.selectors import governing_document
from apps.policy.services.load_policies import store_documents
from tests.factories import accounts, enterprises, institutions, numbers
from tests.ground import stands, stands_upon

ON = date(2023, 3, 1)
OCCUPATION = ("6-18-01-01", "车工", "lathe operator")
LEVEL = "senior"
_next = count(1)

# The way of a plan from draft to approval, as its transition table has it.
_TO_APPROVAL = (
    ("submit_directly", PlanState.COUNTERSIGN),
    ("countersign", PlanState.DISTRICT_REVIEW),
    ("approve", PlanState.CITY_RECHECK),
    ("confirm", PlanState.APPROVED),
)


@dataclass
class Workshop:
    """An enterprise with an approved plan, and those who act on its classes."""

    enterprise: Enterprise
    institution: Institution
    plan: Plan
    line: PlanLine
    operator: Membership
    reviewer: Membership

    @property
    def clerk(self) -> Actor:
        return actor_of(self.operator)

    @property
    def officer(self) -> Actor:
        return actor_of(self.reviewer)


@cache
def _written() -> list[Rules]:
    """The project's documents; read once for all tests of a process."""
    return list(read_documents(policies_dir()))


@cache
def _unpublished() -> list[Rules]:
    """The same of a city that chose to publish nothing: a claim is signed on the day on which it comes."""
    found = []
    for rules in _written():
        content = deepcopy(dict(rules.content))
        asked = content["parameters"].get("public_notice_required")
        if asked is not None:
            asked["values"] = dict.fromkeys(asked["values"], "no")
        found.append(rules_from_content(content))
    return found


@stands
def policy(on: date = ON, *, published: bool = False) -> PolicyDocument:
    """The document that governs the day; loaded once. Ask for `published` first to have them as they are."""
    if not PolicyDocument.objects.exists():
        store_documents(_written() if published else _unpublished())
    return governing_document("apprenticeship", on)


def occupation(
    code: str = OCCUPATION[0], name: str = OCCUPATION[1], name_en: str = OCCUPATION[2]
) -> Occupation:
    found, _created = Occupation.objects.get_or_create(code=code, defaults={"name": name, "name_en": name_en})
    return found


@stands_upon(policy, accounts.founders)
def workshop(
    *,
    headcount: int = 30,
    district: str = "110105",
    occupation_code: str = OCCUPATION[0],
    level: str = LEVEL,
    term_months: int = 24,
    on: date = ON,
    ends_on: date | None = None,
    enterprise: Enterprise | None = None,
) -> Workshop:
    """An enterprise of a district with an approved plan of one line."""
    place = accounts.district(district)
    enterprise = enterprise or enterprises.enterprise(district=place)
    institution = institutions.institution(district=place, covers=[(occupation_code, level)])
    operator = accounts.member(Role.ENTERPRISE_OPERATOR, organisation=enterprise.organisation)
    plan = approved_plan(
        enterprise,
        institution,
        actor_of(operator),
        headcount=headcount,
        occupation_code=occupation_code,
        level=level,
        term_months=term_months,
        on=on,
        ends_on=ends_on,
    )
    return Workshop(
        enterprise=enterprise,
        institution=institution,
        plan=plan,
        line=plan.lines.get(),
        operator=operator,
        reviewer=accounts.member(Role.DISTRICT_REVIEWER, district=place),
    )


@transaction.atomic
def approved_plan(
    enterprise: Enterprise,
    institution: Institution,
    clerk: Actor,
    *,
    headcount: int = 30,
    occupation_code: str = OCCUPATION[0],
    level: str = LEVEL,
    term_months: int = 24,
    on: date = ON,
    ends_on: date | None = None,
) -> Plan:
    """A plan that went through its states without its content being looked at."""
    document = policy(on)
    occupation(occupation_code)
    number = next(_next)
    with acting(clerk, "create"):
        plan = Plan.objects.create(
            number=f"PX-{number:06d}",
            title=f"计划 {number:05}",
            enterprise=enterprise,
            institution=institution,
            district_id=enterprise.organisation.district_id,
            superior_unit_id=enterprise.organisation.superior_id,
            policy_document=document,
            starts_on=on,
            ends_on=ends_on,
            created_by_id=clerk.user_id,
        )
    PlanLine.objects.create(
        plan=plan,
        row_key="line-1",
        occupation_id=occupation_code,
        level=Level.objects.get(pk=level),
        headcount=headcount,
        term_months=term_months,
    )
    _teaching(plan)
    for action, state in _TO_APPROVAL:
        plan.state, plan.submitted_at = state, clock.now()
        plan.approved_on = on if state == PlanState.APPROVED else None
        with acting(clerk, action):
            plan.save()
    return plan


def _teaching(plan: Plan) -> None:
    """A course of each side, and who gives it."""
    for number, (place, side) in enumerate(
        ((Place.INSTITUTION, MentorSide.INSTITUTION), (Place.ENTERPRISE, MentorSide.ENTERPRISE))
    ):
        kind = LessonKind.THEORY if number == 0 else LessonKind.PRACTICE
        Course.objects.create(
            plan=plan, row_key=f"course-{number}", name=f"课程{number}", kind=kind, place=place, hours=400
        )
        Mentor.objects.create(
            plan=plan,
            row_key=f"mentor-{number}",
            side=side,
            name=f"张老师{number}",
            qualification=Qualification.SKILL_CERTIFICATE,
            certificate_level_id="senior",
            certificate_no="1",
            fit_and_of_good_conduct=True,
        )


def open_class(shop: Workshop, *, on: date = ON, **options: Any) -> TrainingClass:
    """A class of the workshop's line, its roster open."""
    return services.open_class(shop.clerk, shop.plan, shop.line, on=on, **options)


def entry(**values: Any) -> dict[str, Any]:
    """What an enterprise types for one apprentice: right in everything unless `values` say otherwise."""
    return {
        "name": "李四",
        "id_number": numbers.id_number(born=date(1995, 5, 20)),
        "mobile": numbers.mobile(),
        "post_kind": "新招用",
        "contract_from": "2023-01-01",
        "contract_to": "2025-12-31",
        "insured_in_city": "是",
        "person_status": "在职职工",
        "agreement_signed_on": "2023-02-20",
        "remark": "",
        **values,
    }


def register(shop: Workshop, training_class: TrainingClass, *, on: date = ON, **values: Any) -> Enrolment:
    """One person on the roster."""
    return services.register_apprentice(shop.clerk, training_class, entry(**values), on=on)


def submitted_class(
    shop: Workshop, entries: Sequence[dict[str, Any]] | None = None, *, on: date = ON
) -> TrainingClass:
    """A class whose roster was handed in to the district."""
    training_class = open_class(shop, on=on)
    services.register_apprentices(shop.clerk, training_class, entries or [entry()], on=on)
    return services.submit_roster(shop.clerk, training_class, on=on)


def enrolled_class(
    shop: Workshop, entries: Sequence[dict[str, Any]] | None = None, *, on: date = ON
) -> TrainingClass:
    """A class in training: every record is set up."""
    return services.approve_class(shop.officer, submitted_class(shop, entries, on=on), on=on)

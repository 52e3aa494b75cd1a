"""Cases in every state that a program meets, each with tokens of the people who may act on it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.claims.services.submit_claim import submit_claim
from apps.plans.enums import PlanState
from tests.factories import accounts, apprentices, claims, plans
from tests.permission_objects import World
from tests.permission_registry import OBJECTS

ROLES = (
    Role.ENTERPRISE_OPERATOR,
    Role.INSTITUTION_OPERATOR,
    Role.SUPERIOR_UNIT,
    Role.DISTRICT_REVIEWER,
    Role.DISTRICT_SUPERVISOR,
    Role.CITY_OFFICER,
    Role.FINANCE_OFFICER,
    Role.AUDITOR,
)


@dataclass
class Stage:
    """Objects that belong together: their keys by the first part of the address, and who acts."""

    ids: dict[str, int]
    tokens: dict[Role, str] = field(default_factory=dict)
    # What a body may name: the key of the class, of the plan, of its line and so on.
    names: dict[str, Any] = field(default_factory=dict)


def stages() -> list[Stage]:
    """Every stage; the first is a class in training with everything that can exist behind it."""
    world = World()
    return [_in_training(world), *_plans(), *_classes(), *_claims()]


def _in_training(world: World) -> Stage:
    kinds = {
        "plans": "plan",
        "classes": "class",
        "enrolments": "enrolment",
        "claims": "claim",
        "lines": "line",
        "orders": "order",
        "recoveries": "recovery",
        "rosters": "roster",
        "sessions": "session",
    }
    ids = {part: OBJECTS[f"api:{kind}-detail"](world).own["pk"] for part, kind in kinds.items()}
    return Stage(ids, _tokens(world.member(role) for role in ROLES), _names(world.of))


def _plans() -> Iterator[Stage]:
    for state in (
        PlanState.DRAFT,
        PlanState.CONSENT,
        PlanState.COUNTERSIGN,
        PlanState.DISTRICT_REVIEW,
        PlanState.CITY_RECHECK,
        PlanState.RETURNED,
    ):
        case = plans.complete_plan(state=state, superior=True)
        members = (
            case.clerk_member,
            case.teacher_member,
            case.reviewer_member,
            case.officer_member,
            case.superior_member,
        )
        names = {"plan": case.plan.pk, "institution_id": case.institution.pk}
        yield Stage({"plans": case.plan.pk}, _tokens(filter(None, members)), names)


def _classes() -> Iterator[Stage]:
    for hand_in in (False, True):
        shop = apprentices.workshop()
        if hand_in:
            opened = apprentices.submitted_class(shop, [apprentices.entry()])
        else:
            opened = apprentices.open_class(shop)
            apprentices.register(shop, opened)
        ids = {"plans": shop.plan.pk, "classes": opened.pk, "enrolments": opened.enrolments.get().pk}
        names = {"plan": shop.plan.pk, "line": shop.line.pk, "training_class": opened.pk}
        yield Stage(ids, _tokens([shop.operator, shop.reviewer]), names)


def _claims() -> Iterator[Stage]:
    for make in (claims.computed, _handed_in, claims.approved, claims.signed):
        of = claims.money(people=1)
        claim = make(of)
        actors = (of.clerk, of.operator_of_institution, of.reviewer, of.supervisor, of.finance)
        members = [Membership.objects.get(pk=actor.membership_id) for actor in actors]
        ids = {"claims": claim.pk, "lines": claim.lines.first().pk, "classes": of.training_class.pk}
        ids["enrolments"] = of.enrolments()[0].pk
        yield Stage(ids, _tokens(members), _names(of))


def _handed_in(of: claims.Money) -> Any:
    return submit_claim(of.clerk, claims.computed(of), on=claims.ON)


def _names(of: claims.Money) -> dict[str, Any]:
    people = [enrolment.pk for enrolment in of.enrolments()]
    return {
        "plan": of.shop.plan.pk,
        "line": of.shop.line.pk,
        "institution_id": of.shop.institution.pk,
        "training_class": of.training_class.pk,
        "enrolments": people,
        "present": people,
        "course": of.shop.plan.courses.first().pk,
        "mentor": of.shop.plan.mentors.first().pk,
    }


def _tokens(members: Any) -> dict[Role, str]:
    return {Role(member.role): accounts.token(member)[1] for member in members}

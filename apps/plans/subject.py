"""How queues, histories, notices, the API and generic actions know a training plan."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounts.actors import Actor
from apps.casework.subjects import Subject, register
from apps.casework.transitions import Transition
from apps.core import tones
from apps.plans import services
from apps.plans.checklist import ITEMS
from apps.plans.enums import PlanDocumentKind
from apps.plans.transitions import PLAN_TRANSITIONS


def offers(case: models.Model, step: Transition) -> bool:
    """Of the two ways to hand in, the one that fits: through the superior unit where there is one."""
    if step.action not in ("submit", "submit_directly"):
        return True
    has_superior = case.enterprise.organisation.superior_id is not None  # type: ignore[attr-defined]
    return (step.action == "submit") == has_superior


def summary(case: models.Model) -> str:
    """The plan in a few words for a list, without a query."""
    return case.title  # type: ignore[attr-defined]


def takes_documents(case: models.Model, actor: Actor) -> bool:
    """Documents are content: the enterprise's alone, and only while it has the plan."""
    return actor.is_enterprise and case.is_open  # type: ignore[attr-defined]


def announce() -> None:
    """Register the plan as a kind of case; called once from `ready`."""
    tones.register(
        {
            "consent": "info",
            "countersign": "info",
            "district_review": "info",
            "city_recheck": "info",
            "withdrawn": "neutral",
        }
    )
    register(
        Subject(
            label="plans.plan",
            name=_("Training plan"),
            table=PLAN_TRANSITIONS,
            questions={item.code: item.question for item in ITEMS},
            portal_url="portal:plan_detail",
            desk_url="desk:plan_review",
            services={
                "submit": services.submit_plan,
                "submit_directly": services.submit_plan,
                "consent": services.give_consent,
                "withhold_consent": services.withhold_consent,
                "take_back_consent": services.take_back_consent,
                "countersign": services.countersign_plan,
                "decline": services.decline_plan,
                "approve": services.approve_plan,
                "return": services.return_plan,
                "reject": services.reject_plan,
                "confirm": services.confirm_plan,
                "send_back": services.send_back_plan,
                "refuse": services.refuse_plan,
                "withdraw": services.withdraw_plan,
                "end": services.end_plan,
                "give_up": services.give_up_plan,
            },
            offers=offers,
            summary=summary,
            document_kinds=PlanDocumentKind.choices,
            takes_documents=takes_documents,
        )
    )

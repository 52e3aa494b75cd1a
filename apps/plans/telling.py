"""An institution with which an enterprise no longer plans to train is told."""

from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.casework import notices
from apps.casework.models import Notice
from apps.plans.models import Plan

PARTNER_CHANGED = "plans.plan.partner_changed"


def tell_earlier_partner(plan: Plan, actor: Actor) -> None:
    """Tell the institution of what was handed in last that the plan names another one now.

    It is told once for each hand-in, however often the enterprise changes its mind before the next one.
    Institutions that were chosen in between were never asked and are told nothing.
    """
    submission = plan.submissions.order_by("-version").first()
    asked = (submission.content["basics"]["institution"] or {}).get("id") if submission else None
    if submission is None or asked in (None, plan.institution_id):
        return
    params = {
        "name": str(plan),
        "enterprise": plan.enterprise.organisation.name,
        "version": submission.version,
        "by": actor.name,
    }
    about = {
        "subject_type": "plans.plan",
        "subject_id": plan.pk,
        "code": PARTNER_CHANGED,
        "role": Role.INSTITUTION_OPERATOR,
        "organisation_id": asked,
    }
    if not Notice.objects.filter(**about, params__version=submission.version).exists():
        notices.leave([Notice(**about, params=params)])


def partner_changed_in_words(notice: Notice) -> str:
    """That somebody else trains now, and that the own signature is void."""
    return _(
        "%(name)s: %(enterprise)s now names another institution. Your countersignature no longer counts, and "
        "there is nothing to do for you."
    ) % {"name": notice.params["name"], "enterprise": notice.params["enterprise"]}

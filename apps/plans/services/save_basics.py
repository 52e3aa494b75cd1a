"""The first step of a plan: title, partner, dates, contact, wage."""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.core.errors import InvalidInput, Problem
from apps.enterprises.models import Enterprise
from apps.institutions.models import Institution
from apps.plans.inputs import Basics
from apps.plans.models import Plan
from apps.plans.services.editing import clean_text, editing, refuse_problems
from apps.plans.telling import tell_earlier_partner

_FIELDS = (
    "title",
    "institution_id",
    "starts_on",
    "ends_on",
    "contact_name",
    "contact_phone",
    "monthly_wage_fen",
    "includes_dispatched",
    "entrusted_to_id",
)
_WAGE_FEN_MAX = 100_000_000


def save_basics(actor: Actor, plan: Plan, basics: Basics, *, on: date) -> Plan:
    """Store the first step; what is still missing may be missing, what is there must be possible.

    Where a plan that was handed in names another institution, the earlier one is told.
    Raises `InvalidInput` with a problem per field, `Conflict` when an office has the plan.
    """
    values = {name: getattr(basics, name) for name in _FIELDS}
    for name, label, most in (
        ("title", _("Title"), 200),
        ("contact_name", _("Contact"), 60),
        ("contact_phone", _("Contact's telephone"), 20),
    ):
        values[name] = clean_text(values[name], row=None, field=name, label=label, most=most)
    with editing(actor, plan) as edit:
        refuse_problems(list(_problems(edit.plan, basics, on)))
        if not values["title"]:
            values["title"] = edit.plan.title
        differing = [name for name in _FIELDS if getattr(edit.plan, name) != values[name]]
        for name in differing:
            setattr(edit.plan, name, values[name])
        if differing:
            edit.plan.save(update_fields=differing)
            edit.changed = True
        if "institution_id" in differing:
            tell_earlier_partner(edit.plan, actor)
        return edit.plan


def _problems(plan: Plan, basics: Basics, on: date) -> Iterator[Problem]:
    if basics.starts_on and basics.ends_on and basics.ends_on <= basics.starts_on:
        message = _("The training ends after it starts.")
        yield Problem("dates_order", message, field="ends_on")
    if basics.monthly_wage_fen is not None and not 0 < basics.monthly_wage_fen <= _WAGE_FEN_MAX:
        yield Problem("wage", _("Enter a monthly wage in yuan."), field="monthly_wage_fen")
    chosen = basics.institution_id
    listed = Institution.objects.listed(on).filter(pk=chosen)
    if chosen is not None and chosen != plan.institution_id and not listed.exists():
        message = _("Choose an institution of the directory.")
        yield Problem("institution", message, field="institution_id")
    if chosen is None and plan.submitted_at is not None:
        message = _(
            "A plan that was handed in once always names an institution: choose the one to train with."
        )
        yield Problem("institution", message, field="institution_id")
    trusted = basics.entrusted_to_id
    if trusted is not None:
        if trusted == plan.enterprise_id:
            message = _("Training is entrusted to another enterprise, not to the applicant.")
            yield Problem("entrusted_to_itself", message, field="entrusted_to")
        elif not Enterprise.objects.filter(pk=trusted).exists():
            yield Problem("entrusted_to", _("There is no such enterprise."), field="entrusted_to")


def enterprise_by_uscc(uscc: str) -> Enterprise:
    """The enterprise with that unified social credit code. Raises `InvalidInput` with the field's name."""
    found = Enterprise.objects.filter(organisation__uscc=uscc).first()
    if found is None:
        message = _("No enterprise with this unified social credit code is registered here.")
        raise InvalidInput(problems=[Problem("entrusted_to", message, field="entrusted_to")])
    return found

"""Begin a plan: a draft with a number of its own."""

from datetime import date

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.casework.acting import acting
from apps.core.errors import Forbidden
from apps.enterprises.models import Enterprise
from apps.plans.content import PROGRAMME
from apps.plans.models import Plan
from apps.plans.services.editing import account_of, clean_text
from apps.policy.selectors import governing_document

_NEXT = """
    INSERT INTO plans_plannumber (district_id, year, last) VALUES (%s, %s, 1)
        ON CONFLICT (district_id, year) DO UPDATE SET last = plans_plannumber.last + 1
    RETURNING last
"""


def _title_of(on: date) -> str:
    """What a plan is called that nobody named: all read it, whatever language its maker reads."""
    with translation.override(settings.LANGUAGE_CODE):
        return _("Training plan %(year)s") % {"year": on.year}


@transaction.atomic
def create_plan(actor: Actor, *, on: date, title: str = "") -> Plan:
    """Open a draft for the actor's enterprise under the document that governs the day.

    Its number is `PX<district>-<year>-<running>`. Raises `Forbidden` for anybody but an enterprise,
    `UngovernedDay` where no document is in force, `InvalidInput` for a title that is too long.
    """
    if not actor.is_enterprise:
        raise Forbidden(_("Only an enterprise applies with a training plan."), code="not_an_enterprise")
    enterprise = Enterprise.objects.select_related("organisation").get(pk=actor.organisation_id)
    organisation = enterprise.organisation
    district_code = str(organisation.district_id)
    text = clean_text(title, row=None, field="title", label=_("Title"), most=200)
    with acting(actor, "create"):
        return Plan.objects.create(
            number=next_number(district_code, on.year),
            title=text or _title_of(on),
            enterprise=enterprise,
            district_id=district_code,
            superior_unit_id=organisation.superior_id,
            policy_document=governing_document(PROGRAMME, on),
            contact_name=enterprise.contact_name,
            contact_phone=enterprise.contact_phone,
            created_by_id=account_of(actor),
        )


def next_number(district_code: str, year: int) -> str:
    """The next number of a district and year. The counter's row stays locked until the commit."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [district_code, year])
        (running,) = cursor.fetchone()
    return f"PX{district_code}-{year}-{running:04d}"

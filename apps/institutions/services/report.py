"""A district reports an institution to the city, which alone stops its training (6(4), 报市)."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.accounts.services import log_access
from apps.accounts.services.guards import require, require_reason
from apps.casework import records
from apps.institutions.models import Institution
from apps.institutions.services.record import visible_or_not_found

# In the access log, and as the code of the notice.
REPORTED = "institution_reported"
REPORTERS = (Role.DISTRICT_SUPERVISOR,)


@transaction.atomic
def report_institution(actor: Actor, institution: Institution, reason: str) -> Institution:
    """Report an institution of the own district to the city's officers, with what it did not put right.

    It stays listed until the city decides. Raises `Forbidden`, `NotFound`, `InvalidInput` without a reason.
    """
    require(actor, *REPORTERS)
    given = require_reason(reason)
    found = visible_or_not_found(actor, institution)
    log_access(actor, REPORTED, found, given)
    params = {"district": str(found.organisation.district or ""), "reason": given, "by": actor.name}
    records.tell(records.INSTITUTION, found.organisation, REPORTED, params, to=[Role.CITY_OFFICER])
    return found


def reported_in_words(notice: Any) -> str:
    """Which institution a district reports; the reason stands below."""
    text = gettext("%(district)s reports %(institution)s: decide whether its training is stopped.")
    return text % {"district": notice.params["district"], "institution": notice.params["name"]}

"""Keep the directory of institutions: list, suspend, remove, reinstate, and judge once a year."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.enums import AccessAction
from apps.accounts.roles import Role
from apps.accounts.services import log_access
from apps.accounts.services.guards import require, require_reason
from apps.core.errors import InvalidInput, Refused
from apps.institutions import telling
from apps.institutions.enums import Grade, Standing
from apps.institutions.models import Evaluation, Institution
from apps.institutions.sentences import LISTED
from apps.institutions.services.record import visible_or_not_found

# The directory is the city's (Beijing 2022-11, 1(2), 6(4)): a district reports to it who is to be stopped.
KEEPERS = (Role.CITY_OFFICER,)
# City and districts evaluate (3(3)4).
EVALUATORS = (Role.DISTRICT_SUPERVISOR, Role.CITY_OFFICER)


@transaction.atomic
def list_institution(actor: Actor, institution: Institution, *, on: date) -> Institution:
    """Take an institution that applied into the directory. Raises Refused where it is not waiting.

    The district examined it before and recorded what its licence covers; the city lists it.
    """
    require(actor, *KEEPERS)
    locked = visible_or_not_found(actor, institution)
    if locked.standing != Standing.APPLIED:
        raise Refused(
            _("Only an institution that has applied is taken into the directory."), code="not_applied"
        )
    locked.standing, locked.listed_on = Standing.LISTED, on
    locked.standing_from, locked.standing_until, locked.standing_reason = on, None, ""
    return _saved(actor, locked, LISTED.say())


@transaction.atomic
def suspend(
    actor: Actor,
    institution: Institution,
    reason: str,
    *,
    on: date,
    since: date | None = None,
    until: date | None = None,
) -> Institution:
    """Suspend a listed institution between two days, both included, or until it is reinstated.

    `since` is the first day, by default `on`. It may have passed: lessons that were recorded of such days
    stand, and the district is shown them (`apps.training.halts`).
    """
    require(actor, *KEEPERS)
    given = require_reason(reason)
    first = since or on
    if until is not None and until < first:
        raise InvalidInput(_("The last day lies before the first."), code="span")
    locked = visible_or_not_found(actor, institution)
    if locked.standing != Standing.LISTED:
        raise Refused(_("Only a listed institution can be suspended."), code="not_listed")
    locked.standing, locked.standing_reason = Standing.SUSPENDED, given
    locked.standing_from, locked.standing_until = first, until
    return _saved(actor, locked, given)


@transaction.atomic
def remove(
    actor: Actor, institution: Institution, reason: str, *, on: date, since: date | None = None
) -> Institution:
    """Take an institution out of the directory from `since` on (by default `on`), with the reason."""
    require(actor, *KEEPERS)
    given = require_reason(reason)
    locked = visible_or_not_found(actor, institution)
    locked.standing, locked.standing_reason = Standing.REMOVED, given
    locked.standing_from, locked.standing_until = since or on, None
    return _saved(actor, locked, given)


@transaction.atomic
def reinstate(
    actor: Actor, institution: Institution, reason: str, *, on: date, since: date | None = None
) -> Institution:
    """Put a suspended or removed institution back into the directory, with the reason.

    It trains again from `since` on, by default from `on`; an earlier day takes a suspension back that
    should not have been, or not so long.
    """
    require(actor, *KEEPERS)
    given = require_reason(reason)
    locked = visible_or_not_found(actor, institution)
    if locked.standing not in (Standing.SUSPENDED, Standing.REMOVED):
        raise Refused(_("This institution is neither suspended nor removed."), code="not_suspended")
    if since is not None and since > on:
        raise InvalidInput(_("It is reinstated from today or from an earlier day."), code="span")
    locked.standing, locked.standing_reason = Standing.LISTED, given
    locked.listed_on = locked.listed_on or on
    locked.standing_from, locked.standing_until = since or on, None
    return _saved(actor, locked, given)


@transaction.atomic
def evaluate(
    actor: Actor, institution: Institution, *, year: int, grade: Grade, note: str = "", on: date
) -> Evaluation:
    """Record the yearly evaluation, again to correct it; the latest year's grade shows in the directory."""
    require(actor, *EVALUATORS)
    locked = visible_or_not_found(actor, institution)
    evaluation, _created = Evaluation.objects.update_or_create(
        institution=locked,
        year=year,
        defaults={"grade": grade, "note": note, "evaluated_by_id": actor.account_id, "evaluated_on": on},
    )
    latest = Evaluation.objects.filter(institution=locked).order_by("-year").first()
    locked.grade = latest.grade if latest else Grade.NONE
    locked.save(update_fields=["grade"])
    log_access(actor, AccessAction.RECORD_CHANGED, evaluation)
    return evaluation


def _saved(actor: Actor, institution: Institution, reason: str) -> Institution:
    institution.save(
        update_fields=["standing", "standing_reason", "standing_from", "standing_until", "listed_on"]
    )
    log_access(actor, AccessAction.STANDING_CHANGED, institution, reason)
    telling.tell_standing(institution, actor)
    return institution

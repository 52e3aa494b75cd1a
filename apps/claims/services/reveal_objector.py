"""Who objected, in clear, for whoever examines it; each look is logged."""

from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.enums import AccessAction
from apps.accounts.services import log_access
from apps.claims.models import Objection
from apps.claims.objection_transitions import EXAMINERS
from apps.claims.services.raise_objection import Objector
from apps.core.errors import Forbidden, InvalidInput, Problem


def reveal_objector(actor: Actor, objection: Objection, reason: str) -> Objector:
    """Name and contact of the objector. The caller has loaded the objection through `visible_to`.

    Raises `Forbidden` for whoever does not examine objections, `InvalidInput` without a reason.
    """
    if actor.role not in EXAMINERS:
        raise Forbidden(
            _("Only the district that examines an objection sees who made it."), code="not_your_step"
        )
    if not reason.strip():
        message = _("Say why you need to know it.")
        raise InvalidInput(code="reason_blank", problems=[Problem("reason_blank", message, field="reason")])
    log_access(actor, AccessAction.UNMASKED, ("claims.objection.objector", objection.pk), reason.strip())
    return Objector(objection.objector_name, objection.objector_contact)

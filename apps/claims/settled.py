"""A record on whose result money was settled ends as it was settled."""

from django.utils.translation import gettext as _

from apps.apprentices.enums import StatusChange
from apps.apprentices.models import Enrolment
from apps.claims.enums import ClaimKind, ClaimState
from apps.claims.models import ClaimLine
from apps.core.errors import Refused

# Before the second signature the line would only be stale, and the claim is computed again.
_NOT_SIGNED = (
    ClaimState.DRAFT,
    ClaimState.DISTRICT_REVIEW,
    ClaimState.SECOND_SIGNATURE,
    ClaimState.RETURNED,
    ClaimState.REJECTED,
    ClaimState.WITHDRAWN,
)


def settled_records_stay(enrolment: Enrolment, change: StatusChange) -> None:
    """Refuse that somebody leaves whose remainder was signed for: nothing would bring the money back.

    Raises `Refused` with the claim's number.
    """
    if change not in (StatusChange.WITHDRAW, StatusChange.TRANSFER):
        return
    lines = ClaimLine.objects.filter(enrolment=enrolment, kind=ClaimKind.REMAINDER, voided_at=None)
    line = lines.exclude(claim__state__in=_NOT_SIGNED).select_related("claim").first()
    if line is not None:
        message = _(
            "Claim %(number)s has settled this apprentice by the result of the assessment."
            " Complete the record."
        )
        raise Refused(message % {"number": line.claim.number}, code="record_settled")

"""The supervisor is told when a public notice is over and its claim can be signed."""

from datetime import date

from apps.accounts.roles import Role
from apps.casework import notices
from apps.casework.models import Notice
from apps.claims.enums import ClaimState
from apps.claims.models import PublicNotice

ENDED = "claims.publicnotice.ended"


def tell_ended(on: date) -> int:
    """Tell the supervisors of claims whose notice is over, once each; returns how many. Safe to run again."""
    rows = PublicNotice.objects.standing().filter(ends_on__lt=on, claim__state=ClaimState.SECOND_SIGNATURE)
    told = set(
        Notice.objects.filter(code=ENDED, subject_id__in=rows.values("claim")).values_list(
            "params__number", flat=True
        )
    )
    messages = [
        Notice(
            subject_type="claims.claim",
            subject_id=notice.claim_id,
            code=ENDED,
            params={"name": notice.claim.number, "number": notice.number},
            role=Role.DISTRICT_SUPERVISOR,
            district_code=notice.district_id,
        )
        for notice in rows.select_related("claim").order_by("id")
        if notice.number not in told
    ]
    notices.leave(messages)
    return len(messages)

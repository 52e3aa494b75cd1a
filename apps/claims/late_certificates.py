"""What certificates that are still to come would change: the remainder is signed once, as it stands.

京人社能发〔2022〕11号 四（三） pays less to who passed without the certificate, and says nothing of one that
comes later. The choice is named in docs/decisions/late-certificates.md.
"""

from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Count

from apps.claims.enums import ClaimKind, ClaimState
from apps.claims.models import Calculation, Claim
from apps.policy.apprenticeship import Facts, quote
from apps.policy.enums import Result

# States in which the claim can still come back, so that a certificate counts.
OPEN = (
    ClaimState.DRAFT,
    ClaimState.RETURNED,
    ClaimState.DISTRICT_REVIEW,
    ClaimState.SECOND_SIGNATURE,
)
_PAYING_NOTHING = (ClaimState.WITHDRAWN, ClaimState.REJECTED)


@dataclass(frozen=True)
class Uncertified:
    """People of a remainder whose certificate would make more due: how much in all (fen), by what article."""

    people: int
    fen: int
    is_open: bool
    article: str


def uncertified(claim: Claim) -> Uncertified | None:
    """Who of a remainder passed without the certificate that pays more; None where there is nobody."""
    if claim.kind != ClaimKind.REMAINDER or claim.state in _PAYING_NOTHING:
        return None
    lines = claim.lines.filter(voided_at=None).values_list("calculation").annotate(many=Count("id"))
    many = dict(lines.order_by())
    people = fen = 0
    for row in Calculation.objects.select_related("policy_document").filter(pk__in=many):
        more = _more_with_certificate(row)
        if more > 0:
            people += many[row.pk]
            fen += more * many[row.pk]
    if not people:
        return None
    return Uncertified(people, fen, claim.state in OPEN, claim.policy_document.shares_article)


def _more_with_certificate(row: Calculation) -> int:
    facts = Facts.from_json(row.snapshot["facts"])
    if facts.result != Result.PASSED or facts.certificate:
        return 0
    day = date.fromisoformat(row.snapshot["on"])
    answer = quote(row.policy_document.rules, replace(facts, certificate=True), day)
    return (answer.due_fen or 0) - (row.due_fen or 0)

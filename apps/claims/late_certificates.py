"""What certificates that are still to come would change: the remainder is signed once, as it stands.

京人社能发〔2022〕11号 四（三） pays less to who passed without the certificate, and says nothing of one that
comes later. What the city chose is the parameter `late_certificate` (docs/decisions/late-certificates.md).
"""

from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Count

from apps.claims.enums import ClaimKind, ClaimState
from apps.claims.models import Calculation, Claim
from apps.policy.apprenticeship import Facts, quote
from apps.policy.enums import LateCertificate, Result
from apps.policy.selectors import parameter

# States of the remainder in which a certificate counts, by what the city chose: until the signature the
# claim can still come back.
COUNTS_IN = {
    LateCertificate.UNTIL_SIGNATURE: (
        ClaimState.DRAFT,
        ClaimState.RETURNED,
        ClaimState.DISTRICT_REVIEW,
        ClaimState.SECOND_SIGNATURE,
    )
}
_PAYING_NOTHING = (ClaimState.WITHDRAWN, ClaimState.REJECTED)


@dataclass(frozen=True)
class Uncertified:
    """People of a remainder whose certificate would make more due: how much in all (fen), by what article.

    `is_open` says whether a certificate still counts.
    """

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
    chosen = parameter(claim.policy_document, "late_certificate", claim.training_class.rules_on)
    return Uncertified(people, fen, claim.state in COUNTS_IN[chosen], claim.policy_document.shares_article)


def _more_with_certificate(row: Calculation) -> int:
    facts = Facts.from_json(row.snapshot["facts"])
    if facts.result != Result.PASSED or facts.certificate:
        return 0
    day = date.fromisoformat(row.snapshot["on"])
    answer = quote(row.policy_document.rules, replace(facts, certificate=True), day)
    return (answer.due_fen or 0) - (row.due_fen or 0)

"""Whether the lines of a claim still say what the records say."""

from django.db.models import QuerySet

from apps.apprentices.enums import EnrolmentState
from apps.apprentices.models import Enrolment
from apps.claims.enums import ClaimKind
from apps.claims.facts import FACTS, advance_facts, remainder_facts
from apps.claims.models import Claim
from apps.claims.services.calculations import Documents, digest_of

# An advance stands while the apprentice has not left: who is suspended comes back.
_IN_TRAINING = (EnrolmentState.ENROLLED, EnrolmentState.SUSPENDED, EnrolmentState.COMPLETED)


def changed_since(claim: Claim) -> list[str]:
    """The names of the apprentices whose line would be another one, or none, if it were computed now.

    Compares what the amount follows from: the facts, the result, the advance that is to be set off.
    """
    lines = claim.lines.filter(voided_at=None)
    computed = {
        enrolment: rest
        for enrolment, *rest in lines.values_list(
            "enrolment_id", "calculation__digest", "advance_fen", "assessment_id"
        )
    }
    now = _as_recorded(claim)
    documents = Documents()
    digests: dict[tuple, str | None] = {}
    changed = []
    for enrolment, (digest, advance_fen, assessment) in computed.items():
        row = now.get(enrolment)
        if row is None:
            changed.append(enrolment)
            continue
        facts, advanced_fen, result = row
        if facts not in digests:
            digests[facts] = digest_of(dict(zip(FACTS, facts, strict=True)), documents)
        settles = claim.kind == ClaimKind.REMAINDER
        if digests[facts] != digest or (settles and (advanced_fen, result) != (advance_fen, assessment)):
            changed.append(enrolment)
    people = Enrolment.objects.filter(pk__in=changed).order_by("pk")
    return list(people.values_list("person__name", flat=True))


def _as_recorded(claim: Claim) -> dict[int, tuple[tuple, int, int | None]]:
    """Facts, advance and result of the claim's apprentices who could still be claimed for, by enrolment."""
    lines = claim.lines.filter(voided_at=None)
    own = Enrolment.objects.filter(pk__in=lines.order_by().values("enrolment_id"))
    rows: QuerySet[Enrolment]
    if claim.kind == ClaimKind.ADVANCE:
        rows = advance_facts(own.filter(state__in=_IN_TRAINING))
    else:
        rows = remainder_facts(own, by_office=claim.by_office)
    found = rows.order_by().values_list("pk", *FACTS, "advanced_fen", "result_id")
    return {pk: (tuple(facts), advanced, result) for pk, *facts, advanced, result in found}

"""Computing stored calculations again: the same rules and facts must give the same fen (I17)."""

from hashlib import sha256
from json import dumps

from apps.claims.models import Calculation
from apps.policy.apprenticeship import replay, replays_the_same


def differing() -> tuple[int, list[Calculation]]:
    """How many calculations were computed again, and those that came out otherwise or were tampered with."""
    count, bad = 0, []
    for row in Calculation.objects.select_related("policy_document").order_by("id").iterator(1000):
        count += 1
        if not _stands(row):
            bad.append(row)
    return count, bad


def _stands(row: Calculation) -> bool:
    rules = row.policy_document.rules
    try:
        again = replay(row.snapshot, rules)
        same = replays_the_same(row.snapshot, rules)
    except (ValueError, KeyError, TypeError):
        return False
    kept = (row.standard_fen, row.advance_fen, row.due_fen)
    text = dumps(again.as_snapshot(), ensure_ascii=False, separators=(",", ":"))
    digest = sha256(text.encode()).hexdigest()
    return same and kept == (again.standard_fen, again.advance_fen, again.due_fen) and digest == row.digest

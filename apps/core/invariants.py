"""What must always hold, as SQL that returns the rows which break it.

The same statement runs in tests, in `manage.py audit_invariants` and every night. Each app declares its own
in `invariants.py`, imported in `AppConfig.ready`:

    register("I1", _("Debits equal credits"), "SELECT transaction_id FROM … HAVING …", _("Transaction %s …"))
"""

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from apps.core.errors import Message
from apps.core.logs import mask_value
from apps.core.models import InvariantCheck

logger = logging.getLogger(__name__)
_COUNTED = "SELECT to_jsonb(found), count(*) OVER () FROM ({sql}) AS found LIMIT 20"


@dataclass(frozen=True, slots=True)
class Invariant:
    """One rule: `sql` returns the rows that break it, `explain` says what such a row means and what to do."""

    number: str
    title: Message
    sql: str
    explain: Message


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check of one invariant found; at most 20 of its rows, as they were selected."""

    invariant: Invariant
    violations: int
    sample: list[dict[str, Any]] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether no row breaks it."""
        return self.violations == 0


_invariants: dict[str, Invariant] = {}


def register(number: str, title: Message, sql: str, explain: Message) -> Invariant:
    """Declare an invariant by its number; several statements of one number are told apart as I2a, I2b."""
    invariant = Invariant(number, title, sql.strip().rstrip(";"), explain)
    if number in _invariants and _invariants[number] != invariant:
        raise ValueError(f"two invariants with the number {number}")
    _invariants[number] = invariant
    return invariant


def registered(only: Iterable[str] = ()) -> list[Invariant]:
    """All invariants by number, or those asked for. Raises LookupError for a number that nobody declared."""
    numbers = list(only) or sorted(_invariants, key=_natural)
    unknown = [number for number in numbers if number not in _invariants]
    if unknown:
        raise LookupError(f"there is no invariant {', '.join(unknown)}")
    return [_invariants[number] for number in numbers]


def check(invariant: Invariant) -> Finding:
    """Run one check and return what it found."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_COUNTED.replace("{sql}", invariant.sql))
        rows = cursor.fetchall()
    sample = [row[0] if isinstance(row[0], dict) else json.loads(row[0]) for row in rows]
    return Finding(invariant, rows[0][1] if rows else 0, sample)


def audit(only: Iterable[str] = ()) -> list[Finding]:
    """Run the checks, all of them or those asked for."""
    return [check(invariant) for invariant in registered(only)]


def audit_and_record() -> list[Finding]:
    """Run every check, keep each result as a row, and log what is broken as an error."""
    findings = audit()
    InvariantCheck.objects.bulk_create(
        InvariantCheck(
            number=finding.invariant.number,
            title=str(finding.invariant.title)[:200],
            violations=finding.violations,
            sample=mask_value(finding.sample),
        )
        for finding in findings
    )
    for finding in findings:
        if not finding.holds:
            logger.error("invariant %s is broken by %s rows", finding.invariant.number, finding.violations)
    return findings


def _natural(number: str) -> tuple[int, str]:
    digits = "".join(c for c in number if c.isdigit())
    return int(digits or 0), number

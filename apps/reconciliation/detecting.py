"""Comparing all sides: set-based statements over one snapshot, into tables of the session."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from apps.core.errors import Conflict
from apps.reconciliation.enums import OWNERS
from apps.reconciliation.matching import words_of
from apps.reconciliation.models import Run
from apps.reconciliation.periods import past, seen_by_month
from apps.reconciliation.rules import Rules
from apps.reconciliation.sentences import BALANCES, MOVEMENTS, PAYMENTS, STAGING, SUMS
from apps.reconciliation.sql import statements

# First half of the lock under which one run at a time compares: "Sr".
_LOCK = (0x5372, 0)
Report = Callable[[str], None]


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold the lock of the reconciliation in this session. Raises `Conflict` while another one compares."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", _LOCK)
        if not cursor.fetchone()[0]:
            raise Conflict(_("A reconciliation is under way already."), code="run_under_way")
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", _LOCK)


@contextmanager
def one_snapshot() -> Iterator[None]:
    """One transaction whose statements all see the same moment, so that nothing lies between two of them.

    Where somebody changes a difference meanwhile, the block is refused at its end and the job begins anew.
    """
    nested = connection.in_atomic_block
    with transaction.atomic():
        with connection.cursor() as cursor:
            if not nested:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            # A million payments are hashed side by side, and not spilled to disk.
            cursor.execute("SET LOCAL work_mem = '128MB'")
        yield


def compare(run: Run, rules: Rules, report: Report) -> dict[str, Any]:
    """Put every difference into the session's table and the sums into `Compared` and `AccountBalance`.

    Called in `one_snapshot`. Returns the counts of the run; what was found takes effect with `apply`.
    """
    wanted: dict[str, Any] = {
        "run": run.pk,
        "on": run.on,
        "late_days": rules.booked_late_days,
        "timing_past": past(run.on, rules.timing_days),
        "result_past": past(run.on, rules.result_awaited_days),
        "suspense_past": past(run.on, rules.suspense_days),
        **words_of(rules),
    }
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM public.reconciliation_compared")
        cursor.execute("DELETE FROM public.reconciliation_accountbalance")
        steps = (
            ("staging", STAGING.say()),
            ("payments", PAYMENTS.say()),
            ("movements", MOVEMENTS.say()),
            ("balances", BALANCES.say()),
            ("compared", SUMS.say()),
        )
        for name, note in steps:
            report(note)
            cursor.execute(statements(name), wanted)
        cursor.execute(statements("counting"))
        orders, movements, postings = cursor.fetchone()
        return {
            "orders": orders,
            "movements": movements,
            "postings": postings,
            "seen": seen_by_month(run.on),
        }


def apply(run: Run) -> dict[str, int]:
    """Open, keep and close the differences by what `compare` found; in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            statements("applying"), {"run": run.pk, "on": run.on, "supervised": sorted(map(str, OWNERS))}
        )
        gone = cursor.rowcount
        cursor.execute(
            "SELECT count(*) FILTER (WHERE first_run_id = %(run)s), count(*) FILTER (WHERE state = 'open'),"
            "       count(*) FILTER (WHERE state = 'explained')"
            "  FROM public.reconciliation_break WHERE last_run_id = %(run)s",
            {"run": run.pk},
        )
        opened, still_open, explained = cursor.fetchone()
    return {"opened": opened, "open": still_open, "explained": explained, "gone": gone}

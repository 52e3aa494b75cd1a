"""Tell the database who acts: transaction-local settings that the history triggers read."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection, transaction

from apps.accounts.actors import Actor
from apps.core.said import as_stored


@contextmanager
def acting(actor: Actor, action: str, reason: str = "") -> Iterator[None]:
    """Within the block, state changes are recorded as this actor's action, for this reason.

    Raises `TransactionManagementError` outside a transaction, since the settings would not last.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("acting() needs a transaction")
    before = _write(
        (
            str(actor.user_id or ""),
            str(actor.person_id or ""),
            str(actor.role),
            action,
            as_stored(reason or actor.reason),
        )
    )
    broken = False
    try:
        yield
    except DatabaseError:
        # An aborted transaction answers nothing more; the settings go when it is rolled back.
        broken = True
        raise
    finally:
        if not broken and not connection.needs_rollback:
            _write(before)


# The subquery is evaluated before the list that changes what it reads.
_EXCHANGE = """
    SELECT a, b, c, d, e,
           set_config('shitu.user_id', %s, true),
           set_config('shitu.person_id', %s, true),
           set_config('shitu.role', %s, true),
           set_config('shitu.action', %s, true),
           set_config('shitu.reason', %s, true)
      FROM (SELECT coalesce(current_setting('shitu.user_id', true), ''),
                   coalesce(current_setting('shitu.person_id', true), ''),
                   coalesce(current_setting('shitu.role', true), ''),
                   coalesce(current_setting('shitu.action', true), ''),
                   coalesce(current_setting('shitu.reason', true), '')
            OFFSET 0) AS before (a, b, c, d, e)
"""


def _write(values: tuple[str, ...]) -> tuple[str, ...]:
    """Make the settings these values (user, person, role, action, reason); what they were before."""
    with connection.cursor() as cursor:
        cursor.execute(_EXCHANGE, values)
        return cursor.fetchone()[: len(values)]

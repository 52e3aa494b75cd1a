"""Tell the database who acts: transaction-local settings that the history triggers read."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection, transaction

from apps.accounts.actors import Actor

_SETTINGS = ("shitu.user_id", "shitu.person_id", "shitu.role", "shitu.action", "shitu.reason")


@contextmanager
def acting(actor: Actor, action: str, reason: str = "") -> Iterator[None]:
    """Within the block, state changes are recorded as this actor's action, for this reason.

    Raises `TransactionManagementError` outside a transaction, since the settings would not last.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("acting() needs a transaction")
    before = _read()
    _write(
        (
            str(actor.user_id or ""),
            str(actor.person_id or ""),
            str(actor.role),
            action,
            reason or actor.reason,
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


def _read() -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT " + ", ".join("coalesce(current_setting(%s, true), '')" for _ in _SETTINGS), _SETTINGS
        )
        return cursor.fetchone()


def _write(values: tuple[str, ...]) -> None:
    pairs = [item for pair in zip(_SETTINGS, values, strict=True) for item in pair]
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join("set_config(%s, %s, true)" for _ in _SETTINGS), pairs)

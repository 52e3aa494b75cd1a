"""Books to work on: the chart is loaded, and a test may act as the owner of the database."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.backends.utils import CursorWrapper

from tests.factories import ledger as make


@pytest.fixture
def books(db: None) -> None:
    """The chart of accounts and the funds."""
    make.chart()


@pytest.fixture
def committed_books(transactional_db: None) -> None:
    """The same for tests that commit."""
    make.chart()


def _act_as_owner(cursor: CursorWrapper) -> None:
    # What earlier rows still have to pass at commit is checked now, or no table of theirs could be altered.
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL ROLE NONE")


def run(sql: str) -> int:
    """Run one statement, by itself where it is refused; return how many rows it touched."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.rowcount


@contextmanager
def refused_by(guard: str) -> Iterator[None]:
    """The database refuses the block, and names `guard`: a constraint, a column, or words of its message."""
    with pytest.raises(DatabaseError) as refusal:
        yield
    found = refusal.value.__cause__.diag
    assert guard in {found.constraint_name, found.column_name} or guard in found.message_primary


@contextmanager
def _without(*statements: str) -> Iterator[None]:
    """Run the block after the owner removed a guard by `statements`; everything is rolled back afterwards."""
    with transaction.atomic(), connection.cursor() as cursor:
        _act_as_owner(cursor)
        for statement in statements:
            cursor.execute(statement)
        cursor.execute(f"SET LOCAL ROLE {settings.APP_DB_ROLE}")
        yield
        transaction.set_rollback(True)


@pytest.fixture
def without() -> Callable[..., AbstractContextManager[None]]:
    return _without


@contextmanager
def _owner_acts() -> Iterator[None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            _act_as_owner(cursor)
        yield
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {settings.APP_DB_ROLE}")


@pytest.fixture
def owner() -> Callable[[], AbstractContextManager[None]]:
    """Within the block the connection acts as the owner of the tables."""
    return _owner_acts

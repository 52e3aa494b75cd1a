"""The second lock between districts: rows of another district do not exist for the database session (I14).

The first lock is `visible_to(actor)` in every read. Where it is forgotten, row-level security stands behind
it: each protected table shows a row only to a session whose setting `shitu.district` is `*` (the whole
city) or the code of the row's district. Empty or unset shows nothing.

    with within("110105"): …     # one district
    with whole_city(): …         # exactly the query that has to look beyond it
    with nothing(): …            # before it is known who asks

Tasks and commands begin with the whole city. A process that serves the web begins with nothing
(`close_by_default`, config/wsgi.py), and `apps.accounts.middleware` opens what the actor may see. The
setting outlives a transaction, is put back by a rollback to what it was before, and a new connection takes
on the scope of the code that opens it.

A migration protects a table with one of `by_district`, `by_parent`, `by_few_parents`, `by_subject`. What they
return for the same arguments never changes: migrations that have run point here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection as default_connection
from django.db import migrations
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from psycopg2 import Error as DatabaseTrouble
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

SETTING = "shitu.district"
WHOLE_CITY = "*"
NOTHING = ""

# What code sees that nobody gave a scope; `close_by_default` changes it.
_process = {"scope": WHOLE_CITY}
_scope: ContextVar[str | None] = ContextVar("shitu_district", default=None)

# Tables that name a district, a case or a protected row and stay open on purpose, each with its reason.
LEFT_OPEN: dict[str, str] = {}


def leave_open(because: str, *tables: str) -> None:
    """Declare that these tables are not protected, and why; the audit names every other one."""
    LEFT_OPEN.update(dict.fromkeys(tables, because))


def close_by_default() -> None:
    """From now on this process shows nothing outside a scope; for processes that serve the web."""
    _process["scope"] = NOTHING


def current() -> str:
    """The scope of the running code: a district's code, `WHOLE_CITY` or `NOTHING`."""
    found = _scope.get()
    return _process["scope"] if found is None else found


@contextmanager
def within(scope: str) -> Iterator[None]:
    """For the length of the block the database shows one district's rows (or `WHOLE_CITY`, `NOTHING`)."""
    before = _scope.get()
    take(scope)
    try:
        yield
    finally:
        shown = current()
        _scope.set(before)
        if shown != current():
            _tell(default_connection)


def whole_city() -> Any:
    """Look at every district, for exactly the query that has to: is this number used, this person trained?"""
    return within(WHOLE_CITY)


def nothing() -> Any:
    """Show no protected row at all."""
    return within(NOTHING)


def take(scope: str) -> None:
    """Change the scope until the enclosing block ends: a token is read when the request is under way."""
    shown = current()
    _scope.set(scope)
    if shown != scope:
        _tell(default_connection)


def _tell(connection: BaseDatabaseWrapper) -> None:
    """Tell the session its scope; a connection that cannot be told is given up.

    In a transaction that is broken there is nothing to tell: its end restores the setting of its beginning,
    and that is the scope which encloses it.
    """
    raw = connection.connection
    if raw is None or raw.closed or connection.needs_rollback:
        return
    if raw.info.transaction_status == TRANSACTION_STATUS_INERROR:
        return
    try:
        with raw.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, false)", [SETTING, current()])
    except DatabaseTrouble:
        connection.close()


def _on_connection(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    if connection.vendor == "postgresql":
        _tell(connection)


connection_created.connect(_on_connection, dispatch_uid="apps.core.rls")


# What migrations install. ---------------------------------------------------------------------------

# Evaluated once a statement. NULL, and with it no row, where the setting is empty or was never made.
_SHOWN = f"(SELECT nullif(current_setting('{SETTING}', true), ''))"
# `<> 0` instead of a bare truth value: the planner takes it to hold for nearly every row. A bare one it takes
# for a rare one, and then plans the city's pages for a sixteenth of the rows that come.
_TEST = "(CASE WHEN {condition} THEN 1 ELSE 0 END) <> 0"
# The parent's own policy holds inside: its row is there or it is not.
_OF_PARENT = "{shown} IS NOT NULL AND EXISTS (SELECT 1 FROM {parent} p WHERE p.{their} = {table}.{own})"
# Where parents are few, their keys are gathered once a statement and no row is looked up by itself.
_OF_FEW = "{shown} IS NOT NULL AND {own} IN (SELECT p.{their} FROM {parent} p)"
_ON = "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"
_OFF = "ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;"
# Runs with the rights of whoever asks: the case's own policy holds inside.
_LOOK = """
CREATE OR REPLACE FUNCTION {look}(wanted bigint) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY INVOKER AS $$
BEGIN
    RETURN EXISTS (SELECT 1 FROM {parent} p WHERE p.id = wanted);
END $$;
"""
_OF_CASE = "subject_type = '{label}' AND {look}(subject_id)"
_POLICY = "CREATE POLICY {name} ON {table} USING ({test}) WITH CHECK ({test});"
_DROP = "DROP POLICY IF EXISTS {name} ON {table};"


def by_district(table: str, column: str = "district_id") -> migrations.RunSQL:
    """Protect a table whose rows carry the code of their district."""
    return _protected(table, f"{_SHOWN} = '{WHOLE_CITY}' OR {_SHOWN} = {column}")


def by_parent(table: str, key: str, parent: str, parent_key: str = "id") -> migrations.RunSQL:
    """Protect a table whose rows belong to a row of a protected table; they are shown where it is."""
    of_parent = _OF_PARENT.format(shown=_SHOWN, parent=parent, their=parent_key, table=table, own=key)
    return _protected(table, f"{_SHOWN} = '{WHOLE_CITY}' OR ({of_parent})")


def by_few_parents(table: str, key: str, parent: str, parent_key: str = "id") -> migrations.RunSQL:
    """Protect a table that `by_parent` protected by its parents' keys, gathered once: few parents, many rows.

    A file of 100,000 movements asks once for the accounts that are shown, and not for
    each movement whether its account is.
    """
    few = _OF_FEW.format(shown=_SHOWN, parent=parent, their=parent_key, own=key)
    each = _OF_PARENT.format(shown=_SHOWN, parent=parent, their=parent_key, table=table, own=key)
    return migrations.RunSQL(_anew(table, few), _anew(table, each))


def _anew(table: str, of_parent: str) -> str:
    policy = {"name": "city_or_district", "table": table}
    test = _TEST.format(condition=f"{_SHOWN} = '{WHOLE_CITY}' OR ({of_parent})")
    return _DROP.format(**policy) + _POLICY.format(test=test, **policy)


def by_subject(table: str) -> migrations.RunSQL:
    """Protect a table whose rows name a case of any kind; each kind is then added by `of_subject`."""
    return _protected(table, f"{_SHOWN} = '{WHOLE_CITY}'")


def of_subject(label: str, parent: str, tables: tuple[str, ...]) -> migrations.RunSQL:
    """Show the rows of `tables` that name a case of the kind `label` where that case is shown.

    The look at the case stands in a function, whose plan a session keeps. Written into the policies, the
    look at every kind of case would be planned again with each statement, for milliseconds.
    """
    look = f"{parent}_is_shown"
    made, undone = [_LOOK.format(look=look, parent=parent)], []
    for table in tables:
        policy = {"name": f"of_{parent}", "table": table}
        test = f"CASE WHEN {_SHOWN} = '{WHOLE_CITY}' THEN 1 WHEN {_OF_CASE} THEN 1 ELSE 0 END <> 0"
        test = test.format(label=label, look=look)
        made.append(_DROP.format(**policy) + _POLICY.format(test=test, **policy))
        undone.append(_DROP.format(**policy))
    return migrations.RunSQL(" ".join(made), " ".join([*undone, f"DROP FUNCTION IF EXISTS {look}(bigint);"]))


def _protected(table: str, condition: str) -> migrations.RunSQL:
    # The name sorts before those of `of_subject`: policies are tried in the order of their names.
    policy = {"name": "city_or_district", "table": table}
    return migrations.RunSQL(
        _ON.format(table=table) + _POLICY.format(test=_TEST.format(condition=condition), **policy),
        _DROP.format(**policy) + _OFF.format(table=table),
    )

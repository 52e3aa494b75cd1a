"""The two database roles: an owner that migrates and an application role that serves.

Where `DATABASE_URL` is the owner's, every connection takes on the application role as it opens, so
that nothing that serves requests can alter tables, switch triggers off or touch append-only rows.
Where an operator gives the application a login of its own, `DATABASE_OWNER_URL` names the owner.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper


def acts_as_owner(connection: BaseDatabaseWrapper) -> bool:
    """Whether this connection was opened for the owner by `as_owner`."""
    return bool(getattr(connection, "shitu_owner", False))


@contextmanager
def as_owner(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Reconnect as the owner for the length of the block, then as the application role again.

    Must not be entered inside a transaction: the connection is closed on both edges.
    """
    if acts_as_owner(connection):
        yield
        return
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(_owner_settings(before))
    connection.shitu_owner = True  # type: ignore[attr-defined]
    try:
        yield
    finally:
        connection.close()
        # A test run gives the database another name inside the block: that one stays.
        name = connection.settings_dict["NAME"]
        connection.settings_dict.update(before)
        connection.settings_dict["NAME"] = name
        connection.shitu_owner = False  # type: ignore[attr-defined]


def _owner_settings(settings_dict: dict) -> dict:
    import environ

    options = dict(settings_dict["OPTIONS"])
    options["options"] = options.get("options", "").replace(role_option(), "").strip() + " -c lock_timeout=0"
    owner = {"OPTIONS": options}
    if settings.DATABASE_OWNER_URL:
        login = environ.Env.db_url_config(settings.DATABASE_OWNER_URL)
        owner.update({key: login[key] for key in ("USER", "PASSWORD", "HOST", "PORT")})
        owner["OPTIONS"] = {**options, **login.get("OPTIONS", {}), "options": options["options"]}
    return owner


def role_option() -> str:
    """The start-up option that makes a connection act as the application role."""
    return f"-c role={settings.APP_DB_ROLE}"


def append_only_tables() -> set[str]:
    """Tables in which the application role may only read and add rows."""
    return {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if getattr(model, "append_only", False) or getattr(model, "pgh_tracked_model", None) is not None
    }


def tables_kept_by_database() -> set[str]:
    """Tables that triggers keep (balances, budgets): the application role may only read them."""
    return {model._meta.db_table for model in apps.get_models() if getattr(model, "kept_by_database", False)}


def grant_application_role(connection: BaseDatabaseWrapper) -> None:
    """Create the application role where it is missing and give it exactly the rights it needs.

    Ordinary tables: read and write rows. Append-only tables: read and add. Tables kept by triggers: read.
    Nothing may be truncated, altered or dropped. Called after every migration, as the owner.
    """
    role = connection.ops.quote_name(settings.APP_DB_ROLE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings.APP_DB_ROLE])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE ROLE {role} NOLOGIN")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
        existing = set(connection.introspection.table_names(cursor))
        for table in sorted(append_only_tables() & existing):
            cursor.execute(f"REVOKE UPDATE, DELETE ON {connection.ops.quote_name(table)} FROM {role}")
        for table in sorted(tables_kept_by_database() & existing):
            cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON {connection.ops.quote_name(table)} FROM {role}")
        cursor.execute(f"REVOKE ALL ON django_migrations FROM {role}")
        cursor.execute(f"GRANT SELECT ON django_migrations TO {role}")


_COMPARING = """
    SELECT oid::regprocedure::text FROM pg_proc
     WHERE pronamespace = 'public'::regnamespace AND prosrc ~ 'JOIN (old|new)_rows'
       AND NOT coalesce('enable_nestloop=off' = ANY (proconfig), false)
     ORDER BY 1
"""


def nested_comparisons(connection: BaseDatabaseWrapper) -> list[str]:
    """Trigger functions that join rows before a statement with rows after it, and may do so one by one."""
    with connection.cursor() as cursor:
        cursor.execute(_COMPARING)
        return [name for (name,) in cursor.fetchall()]


def compare_by_hash(connection: BaseDatabaseWrapper) -> None:
    """Have triggers join the rows before a statement with those after it by hashing, however few there are.

    PostgreSQL keeps the plan of a function's first call for the life of a connection. Made for one row it is
    a nested loop: a class of eight thousand then takes six seconds instead of a tenth, and the square of that
    with every further one. Called after every migration, as the owner.
    """
    functions = nested_comparisons(connection)
    with connection.cursor() as cursor:
        for function in functions:
            cursor.execute(f"ALTER FUNCTION {function} SET enable_nestloop = off")

"""What must always hold in ground itself: guards that stand, jobs that end, numbers that stay sealed."""

from collections.abc import Iterable

from django.apps import apps
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.core.append_only import AppendOnlyModel
from apps.core.fields import EncryptedTextField, sealed_columns
from apps.core.invariants import register
from apps.core.rls import LEFT_OPEN, SETTING

# Longer than any message is lost and any broken attempt waits; after it a job should run or have ended.
_JOB_OVERDUE = "30 minutes"


def register_all() -> None:
    """Register them; call when every model is loaded."""
    tables = [
        model._meta.db_table
        for model in apps.get_models()
        if issubclass(model, AppendOnlyModel) and model._meta.managed and not model._meta.proxy
    ]
    register(
        "I2-guards",
        _("Append-only tables have their guards"),
        missing_guards_sql(tables),
        _("A trigger of this table is missing or switched off, or the application may change its rows."),
    )
    register(
        "I14-rows",
        _("Rows of a district are closed to the others"),
        unprotected_sql(LEFT_OPEN),
        _("Row-level security of this table is missing, switched off, or does not ask for the district."),
    )
    register(
        "I19",
        _("Every job ends"),
        f"SELECT id, kind, state, attempts FROM core_job WHERE state IN ('queued', 'running')"  # noqa: S608
        f" AND send_after < now() - interval '{_JOB_OVERDUE}'",
        _("Nobody has taken this job up. Look whether the workers and the scheduler run."),
    )
    register(
        "I22",
        _("ID and bank numbers are sealed"),
        unsealed_sql(field for _model, field in sealed_columns()),
        _("This value was written past the sealed field. Seal it and find out which program wrote it."),
    )


def missing_guards_sql(tables: Iterable[str]) -> str:
    """Rows (table_name, guards): append-only tables without both triggers, or open to the application."""
    names = ", ".join(f"('{table}')" for table in sorted(tables)) or "(NULL)"
    role = settings.APP_DB_ROLE
    return f"""
        SELECT t.name AS table_name, g.guards FROM (VALUES {names}) AS t (name),
               LATERAL (SELECT count(*) AS guards FROM pg_trigger
                         WHERE tgrelid = to_regclass(quote_ident(t.name)) AND tgenabled IN ('O', 'A')
                           AND tgname ~ '^pgtrigger_(rows_stay|table_stays)_') g
         WHERE t.name IS NOT NULL
           AND (g.guards <> 2
                OR has_table_privilege('{role}', quote_ident(t.name), 'UPDATE, DELETE, TRUNCATE'))
    """  # noqa: S608


def unprotected_sql(left_open: Iterable[str]) -> str:
    """Rows (table_name, policies): tables that belong to a district and show their rows to every other.

    A table belongs to a district when it names one, a case or a paying account, or has a key to a table that
    does. A role that passes all policies by is named as well.
    """
    names = ", ".join(f"'{table}'" for table in sorted(left_open)) or "''"
    return f"""
        WITH RECURSIVE belonging AS (
            SELECT c.oid FROM pg_class c
             WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
               AND c.relname NOT IN ({names})
               AND EXISTS (SELECT 1 FROM pg_attribute a
                            WHERE a.attrelid = c.oid AND NOT a.attisdropped
                              AND a.attname IN
                                  ('district_id', 'district_code', 'subject_type', 'paying_account_id'))
            UNION
            SELECT c.oid FROM belonging b
              JOIN pg_constraint k ON k.confrelid = b.oid AND k.contype = 'f'
              JOIN pg_class c ON c.oid = k.conrelid AND c.relname NOT IN ({names})
        )
        SELECT c.relname::text AS table_name, p.policies
          FROM belonging b JOIN pg_class c ON c.oid = b.oid,
               LATERAL (SELECT count(*) AS policies,
                               bool_and(coalesce(strpos(qual, '{SETTING}') > 0 AND with_check = qual, false))
                                   AS ask
                          FROM pg_policies
                         WHERE schemaname = 'public' AND tablename = c.relname
                           AND permissive = 'PERMISSIVE') p
         WHERE NOT (c.relrowsecurity AND c.relforcerowsecurity AND p.policies > 0 AND p.ask)
        UNION ALL
        SELECT rolname::text, 0 FROM pg_roles
         WHERE rolname = '{settings.APP_DB_ROLE}' AND (rolsuper OR rolbypassrls)
    """  # noqa: S608


def unsealed_sql(columns: Iterable[EncryptedTextField]) -> str:
    """Rows (column_name, id): values of sealed columns that are too short to be sealed, or show digits."""
    parts = [
        f"SELECT '{field.purpose}' AS column_name, {field.model._meta.pk.column}::text AS id"  # noqa: S608
        f" FROM {field.model._meta.db_table} WHERE octet_length({field.column}) < 18"
        f" OR encode({field.column}, 'escape') ~ '[0-9]{{15}}'"
        for field in columns
    ]
    return " UNION ALL ".join(parts) or "SELECT NULL WHERE false"

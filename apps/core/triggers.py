"""Database triggers that nobody can step over.

A trigger written by django-pgtrigger lets any session through that sets `pgtrigger.ignore`, which every
database role may do. A guard of money or history must not have that door.
"""

import pgtrigger
from django.db import models
from pgtrigger import compiler


class GuardSql(compiler.UpsertTriggerSql):
    """The installation of a guard: the same function and trigger without the door."""

    def get_template(self) -> str:
        """Version 1. Never edit: migrations that have run point here."""
        return """
            CREATE OR REPLACE FUNCTION {pgid}()
            RETURNS TRIGGER AS $$
                {declare}
                BEGIN
                    {func}
                END;
            $$ LANGUAGE plpgsql;

            DROP TRIGGER IF EXISTS {pgid} ON {table};
            CREATE {constraint} TRIGGER {pgid}
                {when} {operation} ON {table}
                {timing}
                {referencing}
                FOR EACH {level} {condition}
                EXECUTE PROCEDURE {execute};

            COMMENT ON TRIGGER {pgid} ON {table} IS '{hash}';
        """


class Guard(pgtrigger.Trigger):
    """A `pgtrigger.Trigger` that holds for every session, whatever it sets. Same arguments."""

    def compile(self, model: models.Model) -> compiler.Trigger:
        """The form that migrations store."""
        arguments = dict(super().compile(model).sql.kwargs)
        arguments.pop("ignore_func_name", None)
        return compiler.Trigger(name=self.name, sql=GuardSql(**arguments))


def compared_as_a_set(
    name: str, *, joins: str, wrong: str, message: str, constraint: str, code: str = "foreign_key_violation"
) -> Guard:
    """Refuses an INSERT one of whose rows `n`, joined with what they refer to, is `wrong`.

    It stands in for foreign keys to rows that never go away and keep their key (cases, append-only tables): a
    key is looked up row by row at the commit, which is more than half the time of ten thousand lines, and
    says only that something is there, not that it is the right one. What the rows refer to must be kept by
    triggers of its own, and the columns must never change (`never_changes`). Executed, so that it is planned
    for the number of rows that there are: a kept plan for one row would be the square of thousands.
    """
    return Guard(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="new_rows"),
        declare=[("_wrong", "boolean")],
        func=f"""
    EXECUTE $rows$SELECT EXISTS (SELECT FROM new_rows n {joins} WHERE {wrong})$rows$ INTO _wrong;
    IF _wrong THEN
        RAISE EXCEPTION '{message}' USING ERRCODE = '{code}', CONSTRAINT = '{constraint}';
    END IF;
    RETURN NULL;
""",  # noqa: S608 - written by us, of our own tables
    )


def never_changes(name: str, *fields: str, message: str, constraint: str) -> Guard:
    """Refuses an UPDATE that gives one of these fields another value."""
    return Guard(
        name=name,
        level=pgtrigger.Row,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.AnyChange(*fields),
        func=f"""
    RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation', CONSTRAINT = '{constraint}';
""",
    )


def keeps_its_rows(*, message: str, constraint: str) -> Guard:
    """Refuses to remove a row or to change its key: other tables name it without a foreign key."""
    return Guard(
        name="keep_row",
        level=pgtrigger.Row,
        when=pgtrigger.Before,
        operation=pgtrigger.Delete | pgtrigger.UpdateOf("id"),
        func=f"""
            IF TG_OP = 'UPDATE' AND NEW.id = OLD.id THEN RETURN NEW; END IF;
            RAISE EXCEPTION '{message}'
                USING ERRCODE = 'restrict_violation', CONSTRAINT = '{constraint}';
        """,
    )

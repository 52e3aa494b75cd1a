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

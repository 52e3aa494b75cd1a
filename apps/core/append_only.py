"""Tables whose rows are never changed: ledger, history, access log (I2).

Two guards stand in the database. The application role is granted INSERT and SELECT only
(`apps.core.db`), and triggers refuse UPDATE, DELETE and TRUNCATE to everybody else, the owner included.
"""

from typing import Any

import pgtrigger
from django.db import models
from django.db.models.signals import class_prepared

from apps.core.triggers import Guard

_REFUSE = """
    RAISE EXCEPTION 'rows of % are never changed: a correction is a new row', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
"""

# Tests that commit clean up by TRUNCATE. Only a test database that says so twice may.
_REFUSE_TRUNCATE = f"""
    IF current_database() LIKE 'test\\_%' AND current_setting('shitu.test_flush', true) = 'on' THEN
        RETURN NULL;
    END IF;
    {_REFUSE}
"""


def _guards() -> list[Guard]:
    return [
        Guard(
            name="rows_stay",
            level=pgtrigger.Row,
            when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Delete,
            func=_REFUSE,
        ),
        Guard(
            name="table_stays",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func=_REFUSE_TRUNCATE,
        ),
    ]


class AppendOnlyModel(models.Model):
    """The base of every table that only grows; `append_only` is what `apps.core.db` looks for.

    Concrete subclasses get their triggers whatever their own `Meta` says or inherits: forgetting
    `class Meta(AppendOnlyModel.Meta)` must not open a ledger.
    """

    append_only = True

    class Meta:
        abstract = True


def _protect(sender: Any, **_signal: Any) -> None:
    meta = sender._meta
    if not issubclass(sender, AppendOnlyModel) or meta.abstract or meta.proxy or not meta.managed:
        return
    for guard in _guards():
        guard.register(sender)


class_prepared.connect(_protect, dispatch_uid="apps.core.append_only")

"""One row for each change of state, written by the database itself."""

from typing import Self

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounts.roles import Role
from apps.core.append_only import AppendOnlyModel
from apps.core.said import SaidTextField
from apps.core.triggers import Guard

# The demo city is made in a few seconds and tells of years. Only the owner of the tables, who could as well
# switch a trigger off, may say when something happened; never later than now. The application is refused.
_TOLD = """
    IF NOT EXISTS (SELECT FROM pg_class
                    WHERE oid = TG_RELID AND pg_get_userbyid(relowner) = current_user) THEN
        RAISE EXCEPTION 'when something happened says the clock, and nobody who acts'
            USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'history_tells_its_own_time';
    END IF;
    NEW.at = least(current_setting('shitu.moment')::timestamptz, NEW.at);
    RETURN NEW;
"""


class HistoryQuerySet(models.QuerySet):
    def of(self, case: models.Model) -> Self:
        """The history of one case, oldest first."""
        return self.filter(subject_type=case._meta.label_lower, subject_id=case.pk).order_by("id")


class History(AppendOnlyModel):
    """Who moved which case from where to where, when and why. Only triggers write here."""

    subject_type = models.CharField(max_length=48)
    subject_id = models.BigIntegerField()
    action = models.CharField(_("Action"), max_length=48)
    from_state = models.CharField(_("From"), max_length=32, blank=True)
    to_state = models.CharField(_("To"), max_length=32)
    # Read by case only; an index by user and one by person would cost every row of every case.
    user = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    person = models.ForeignKey(
        "accounts.Person", models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    role = models.CharField(_("Role"), max_length=32, choices=Role.choices)
    reason = SaidTextField(_("Reason"), blank=True)
    district_code = models.CharField(max_length=6)
    content_version = models.PositiveIntegerField()
    at = models.DateTimeField(_("At"))

    objects = HistoryQuerySet.as_manager()

    class Meta(AppendOnlyModel.Meta):
        verbose_name = _("History entry")
        triggers = [
            Guard(
                name="told_moment",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Condition("current_setting('shitu.moment', true) <> ''"),
                func=_TOLD,
            ),
            Guard(
                name="only_by_trigger",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF pg_trigger_depth() < 2 THEN
                        RAISE EXCEPTION 'history is written by the change of state itself'
                            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'history_only_by_trigger';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]
        indexes = [models.Index(fields=["subject_type", "subject_id", "id"], name="history_by_subject")]

"""Months of the books. A closed one, and all before it, takes no postings (`migrations/sql/periods.sql`)."""

from datetime import date, timedelta

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.triggers import Guard
from apps.ledger.enums import PeriodState

# Closing waits for postings under way, and postings that begin then wait for the closing (see the SQL).
_STEPS = """
    IF TG_OP = 'DELETE' OR OLD.state = 'closed' OR NEW.month <> OLD.month
       OR (OLD.state, NEW.state) NOT IN
          (('open', 'proposed'), ('proposed', 'open'), ('proposed', 'closed')) THEN
        RAISE EXCEPTION 'a month is proposed, then closed by a second person, and stays closed'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_period_steps';
    END IF;
    IF NEW.state = 'closed' THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('ledger_periods', 0));
    END IF;
    RETURN NEW;
"""
_START = """
    IF NEW.state <> 'open' THEN
        RAISE EXCEPTION 'a month begins open'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_period_steps';
    END IF;
    RETURN NEW;
"""


class AccountingPeriod(models.Model):
    """A month of the books, and who closed it: one person proposes, another one closes.

    A month without a row is open. With a month all days before it are closed too.
    """

    month = models.DateField(_("month"), unique=True, help_text=_("its first day"))
    state = models.CharField(_("state"), max_length=10, choices=PeriodState, default=PeriodState.OPEN)
    proposed_by = models.ForeignKey(
        "accounts.Person",
        models.PROTECT,
        verbose_name=_("proposed by"),
        null=True,
        blank=True,
        related_name="+",
    )
    proposed_on = models.DateField(_("proposed on"), null=True, blank=True)
    closed_by = models.ForeignKey(
        "accounts.Person",
        models.PROTECT,
        verbose_name=_("closed by"),
        null=True,
        blank=True,
        related_name="+",
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("accounting period")
        verbose_name_plural = _("accounting periods")
        ordering = ["-month"]
        triggers = [
            Guard(
                name="steps",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=_STEPS,
            ),
            Guard(
                name="start",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=_START,
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="ledger_period_begins_a_month"),
            models.CheckConstraint(
                name="ledger_period_of_two_persons",
                condition=Q(state=PeriodState.OPEN, proposed_by=None, closed_by=None, closed_at=None)
                | Q(
                    state=PeriodState.PROPOSED,
                    proposed_by__isnull=False,
                    proposed_on__isnull=False,
                    closed_by=None,
                    closed_at=None,
                )
                | Q(
                    state=PeriodState.CLOSED,
                    proposed_by__isnull=False,
                    proposed_on__isnull=False,
                    closed_by__isnull=False,
                    closed_at__isnull=False,
                )
                & ~Q(closed_by=F("proposed_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"

    @property
    def last_day(self) -> date:
        """The last day of the month."""
        return (self.month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)

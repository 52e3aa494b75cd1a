"""What every case table has: a state that only a transition moves, a version, a district, a deadline."""

from datetime import date
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounts.actors import Actor
from apps.casework.transitions import Transition


class CaseQuerySet(models.QuerySet):
    """Every read of a case starts from `visible_to`; each model says what that means for it."""

    def visible_to(self, actor: Actor | None) -> Self:
        """The rows that this actor may know of; none for nobody."""
        raise NotImplementedError


class Case(models.Model):
    """Abstract base of everything that moves through the process.

    `version` counts the versions of the content: a decision names the one that it was taken on.
    `deadline_on` is the working day by which the office or the applicant now has to act.
    """

    state = models.CharField(_("State"), max_length=32)
    version = models.PositiveIntegerField(_("Version"), default=1)
    district = models.ForeignKey(
        "accounts.District", models.PROTECT, verbose_name=_("District"), related_name="+", db_index=False
    )
    deadline_on = models.DateField(_("Deadline"), null=True, blank=True)
    state_since = models.DateTimeField(_("In this state since"), auto_now_add=True)
    created_at = models.DateTimeField(_("Created"), auto_now_add=True)

    class Meta:
        abstract = True

    @property
    def subject(self) -> tuple[str, int]:
        """The pair by which history, decisions, notes and documents name this case."""
        return self._meta.label_lower, self.pk

    def clock_starts(self, step: Transition, on: date) -> date:  # noqa: ARG002 - for kinds of case that wait
        """The day after which the days of a step's deadline are counted: the day of the step."""
        return on

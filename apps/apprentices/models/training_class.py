"""The class: the apprentices of one plan line who train together."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.access import scope_q
from apps.accounts.actors import Actor
from apps.apprentices.enums import ClassState
from apps.apprentices.models.approved_plan import of_an_approved_plan
from apps.apprentices.models.seats import open_seats
from apps.apprentices.transitions import CLASS_TRANSITIONS
from apps.casework.models import Case, CaseQuerySet
from apps.casework.triggers import state_triggers


class TrainingClassQuerySet(CaseQuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """Own classes; for a district its own; for the city all."""
        return self.filter(
            scope_q(
                actor,
                district="district_id",
                enterprise="enterprise_id",
                institution="institution_id",
                superior="plan__superior_unit_id",
            )
        )


class TrainingClass(Case):
    """One class (班): opened for a line of an approved plan, filled by rosters, enrolled by the district."""

    number = models.CharField(_("Class number"), max_length=32, unique=True)
    name = models.CharField(_("Class"), max_length=120)
    state = models.CharField(_("State"), max_length=32, choices=ClassState.choices, default=ClassState.ROSTER)
    plan = models.ForeignKey("plans.Plan", models.PROTECT, related_name="classes")
    line = models.ForeignKey("plans.PlanLine", models.PROTECT, related_name="classes")
    enterprise = models.ForeignKey("enterprises.Enterprise", models.PROTECT, related_name="classes")
    institution = models.ForeignKey("institutions.Institution", models.PROTECT, related_name="classes")
    policy_document = models.ForeignKey("policy.PolicyDocument", models.PROTECT, related_name="+")
    starts_on = models.DateField(_("Training starts"))
    ends_on = models.DateField(_("Training ends"))
    opened_on = models.DateField(_("Opened on"), null=True, blank=True)
    completed_on = models.DateField(_("Completed on"), null=True, blank=True)
    created_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")

    objects = TrainingClassQuerySet.as_manager()

    class Meta:
        verbose_name = _("Class")
        triggers = [*state_triggers(CLASS_TRANSITIONS), open_seats(), of_an_approved_plan()]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ClassState.values), name="class_state_known"),
            models.CheckConstraint(
                condition=~Q(state=ClassState.OPEN) | Q(opened_on__isnull=False), name="open_class_has_date"
            ),
            models.CheckConstraint(
                condition=~Q(state=ClassState.COMPLETED) | Q(completed_on__isnull=False),
                name="completed_class_has_date",
            ),
        ]
        indexes = [models.Index(fields=["district", "state", "deadline_on", "id"], name="class_queue")]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def rules_on(self) -> date:
        """The day on which the class's document is read: its first, or later the document's own first.

        A class may begin before its records are set up, and a successor come into force in between.
        """
        return max(self.starts_on, self.policy_document.in_force_from)

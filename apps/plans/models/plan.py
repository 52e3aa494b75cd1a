"""The training plan (培养计划): what an enterprise and an institution apply for together."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.access import scope_q
from apps.accounts.actors import Actor
from apps.casework.models import Case, CaseQuerySet
from apps.casework.triggers import state_triggers
from apps.core import clock
from apps.plans.enums import APPROVED_ONCE, OPEN_STATES, PlanState
from apps.plans.guards import nothing_came_of_it, plan_stays
from apps.plans.transitions import PLAN_TRANSITIONS


class PlanQuerySet(CaseQuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """Own plans; for everybody else of the plan's scope what was handed in at least once."""
        rows = self.filter(
            scope_q(
                actor,
                district="district_id",
                enterprise="enterprise_id",
                institution="institution_id",
                superior="superior_unit_id",
            )
        )
        if actor is not None and (actor.is_enterprise or actor.is_system):
            return rows
        return rows.filter(submitted_at__isnull=False)


class Plan(Case):
    """One application of one enterprise with one institution."""

    number = models.CharField(_("Plan number"), max_length=32, unique=True)
    title = models.CharField(_("Title"), max_length=200)
    state = models.CharField(_("State"), max_length=32, choices=PlanState.choices, default=PlanState.DRAFT)
    enterprise = models.ForeignKey(
        "enterprises.Enterprise",
        models.PROTECT,
        related_name="plans",
        verbose_name=_("Enterprise"),
        db_index=False,
    )
    institution = models.ForeignKey(
        "institutions.Institution",
        models.PROTECT,
        related_name="plans",
        null=True,
        blank=True,
        verbose_name=_("Training institution"),
        db_index=False,
    )
    superior_unit = models.ForeignKey(
        "accounts.Organisation",
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("Superior unit"),
        db_index=False,
    )
    entrusted_to = models.ForeignKey(
        "enterprises.Enterprise",
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("Training entrusted to"),
    )
    policy_document = models.ForeignKey("policy.PolicyDocument", models.PROTECT, related_name="+")
    starts_on = models.DateField(_("Training starts"), null=True, blank=True)
    ends_on = models.DateField(_("Training ends"), null=True, blank=True)
    includes_dispatched = models.BooleanField(_("Dispatched workers take part"), default=False)
    monthly_wage_fen = models.BigIntegerField(_("Lowest monthly wage while training"), null=True, blank=True)
    contact_name = models.CharField(_("Contact"), max_length=60, blank=True)
    contact_phone = models.CharField(_("Contact's telephone"), max_length=20, blank=True)
    created_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    edited_at = models.DateTimeField(_("Last changed"), default=clock.now)
    submitted_at = models.DateTimeField(_("Submitted"), null=True, blank=True)
    approved_on = models.DateField(_("Approved on"), null=True, blank=True)
    consolidation = models.ForeignKey(
        "plans.Consolidation", models.PROTECT, null=True, blank=True, related_name="plans"
    )

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("Training plan")
        triggers = [*state_triggers(PLAN_TRANSITIONS), *plan_stays(), nothing_came_of_it()]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=PlanState.values), name="plan_state_known"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(starts_on__lt=F("ends_on")),
                name="plan_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(state__in=APPROVED_ONCE, approved_on__isnull=False)
                | ~Q(state__in=APPROVED_ONCE) & Q(approved_on__isnull=True),
                name="approved_plan_has_date",
            ),
            models.CheckConstraint(
                condition=Q(consolidation__isnull=True) | Q(state__in=APPROVED_ONCE),
                name="consolidated_plan_is_approved",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[PlanState.DRAFT, PlanState.WITHDRAWN])
                | Q(institution__isnull=False, submitted_at__isnull=False),
                name="submitted_plan_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["district", "state", "deadline_on", "id"], name="plan_queue"),
            models.Index(fields=["state", "deadline_on", "id"], name="plan_city_queue"),
            models.Index(fields=["enterprise", "-id"], name="plan_of_enterprise"),
            models.Index(fields=["institution", "state", "-id"], name="plan_of_institution"),
            models.Index(fields=["superior_unit", "state", "-id"], name="plan_of_superior"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}".strip()

    @property
    def is_open(self) -> bool:
        """Whether the applicant may change what the plan says."""
        return self.state in OPEN_STATES


class PlanNumber(models.Model):
    """The last number given in a district and year; its row's lock puts two new plans in order."""

    district = models.ForeignKey("accounts.District", models.PROTECT, related_name="+", db_index=False)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["district", "year"], name="plan_number_once")]

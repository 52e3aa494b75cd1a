"""The training plan (培养计划): what an enterprise and an institution apply for together."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.access import scope_q
from apps.accounts.actors import Actor
from apps.casework.models import Case, CaseQuerySet
from apps.casework.triggers import state_triggers
from apps.plans.enums import PlanState
from apps.plans.transitions import PLAN_TRANSITIONS


class PlanQuerySet(CaseQuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """Own plans; for a superior unit those of its members; for offices what was handed in to them."""
        return self.filter(
            scope_q(
                actor,
                district="district_id",
                enterprise="enterprise_id",
                institution="institution_id",
                superior="superior_unit_id",
            )
        )


class Plan(Case):
    """One application of one enterprise with one institution."""

    number = models.CharField(_("Plan number"), max_length=32, unique=True)
    title = models.CharField(_("Title"), max_length=200)
    state = models.CharField(_("State"), max_length=32, choices=PlanState.choices, default=PlanState.DRAFT)
    enterprise = models.ForeignKey(
        "enterprises.Enterprise", models.PROTECT, related_name="plans", verbose_name=_("Enterprise")
    )
    institution = models.ForeignKey(
        "institutions.Institution",
        models.PROTECT,
        related_name="plans",
        null=True,
        blank=True,
        verbose_name=_("Training institution"),
    )
    superior_unit = models.ForeignKey(
        "accounts.Organisation",
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("Superior unit"),
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
    submitted_at = models.DateTimeField(_("Submitted"), null=True, blank=True)
    approved_on = models.DateField(_("Approved on"), null=True, blank=True)
    consolidation = models.ForeignKey(
        "plans.Consolidation", models.PROTECT, null=True, blank=True, related_name="plans"
    )

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("Training plan")
        triggers = state_triggers(PLAN_TRANSITIONS)
        constraints = [
            models.CheckConstraint(condition=Q(state__in=PlanState.values), name="plan_state_known"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(starts_on__lt=F("ends_on")),
                name="plan_ends_after_start",
            ),
            models.CheckConstraint(
                condition=~Q(state=PlanState.APPROVED) | Q(approved_on__isnull=False),
                name="approved_plan_has_date",
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
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}".strip()

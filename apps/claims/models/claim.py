"""A claim (补贴申请): the computed lines of one class for one instalment."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.access import scope_q
from apps.accounts.actors import Actor
from apps.casework.models import Case, CaseQuerySet
from apps.casework.transitions import Transition
from apps.casework.triggers import state_triggers
from apps.claims.enums import ClaimKind, ClaimState
from apps.claims.guards import line_guards, sum_guard
from apps.claims.notice_guards import signature_guard
from apps.claims.standing_guard import standing_guard
from apps.claims.transitions import CLAIM_TRANSITIONS


class ClaimQuerySet(CaseQuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """Own claims; a district's; the city's."""
        return self.filter(
            scope_q(
                actor,
                district="district_id",
                enterprise="enterprise_id",
                institution="institution_id",
                superior="training_class__plan__superior_unit_id",
            )
        )


class Claim(Case):
    """One instalment for one class. The amounts are the sums of its lines; nobody types them.

    `net_fen` is what moves: positive to the enterprise, negative to be recovered from it.
    """

    number = models.CharField(_("Claim number"), max_length=32, unique=True)
    kind = models.CharField(_("Instalment"), max_length=16, choices=ClaimKind.choices)
    state = models.CharField(_("State"), max_length=32, choices=ClaimState.choices, default=ClaimState.DRAFT)
    training_class = models.ForeignKey("apprentices.TrainingClass", models.PROTECT, related_name="claims")
    enterprise = models.ForeignKey(
        "enterprises.Enterprise", models.PROTECT, related_name="claims", db_index=False
    )
    institution = models.ForeignKey("institutions.Institution", models.PROTECT, related_name="+")
    policy_document = models.ForeignKey("policy.PolicyDocument", models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("Budget year"))
    line_count = models.PositiveIntegerField(_("Apprentices"), default=0)
    pay_fen = models.BigIntegerField(_("To pay"), default=0)
    recover_fen = models.BigIntegerField(_("To recover"), default=0)
    net_fen = models.BigIntegerField(_("Net"), default=0)
    content_sha256 = models.CharField(max_length=64, blank=True)
    bank_account = models.ForeignKey("enterprises.BankAccount", models.PROTECT, null=True, related_name="+")
    # What was approved is what is paid: payee, account and amount under one digest (fixed by the signature).
    payee_fingerprint = models.CharField(max_length=64, blank=True)
    created_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    # The enterprise did not settle the class in time, so its district asks the advance back.
    by_office = models.BooleanField(_("Made by the district"), default=False)
    submitted_at = models.DateTimeField(_("Submitted"), null=True, blank=True)
    approved_on = models.DateField(_("Signed on"), null=True, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("Claim")
        triggers = [*state_triggers(CLAIM_TRANSITIONS), sum_guard(), signature_guard(), standing_guard()]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ClaimState.values), name="claim_state_known"),
            models.CheckConstraint(
                condition=Q(
                    net_fen=models.F("pay_fen") - models.F("recover_fen"), pay_fen__gte=0, recover_fen__gte=0
                ),
                name="claim_net_is_the_difference",
            ),
            models.CheckConstraint(
                condition=Q(by_office=False) | Q(kind=ClaimKind.REMAINDER, pay_fen=0),
                name="claim_by_the_office_pays_nothing",
            ),
        ]
        indexes = [
            models.Index(fields=["district", "state", "deadline_on", "id"], name="claim_queue"),
            models.Index(fields=["enterprise", "-id"], name="claim_by_enterprise"),
        ]

    def __str__(self) -> str:
        return self.number

    def clock_starts(self, step: Transition, on: date) -> date:
        """The time for the second signature begins when the public notice has ended."""
        if step.target != ClaimState.SECOND_SIGNATURE:
            return on
        notice = self.public_notices.standing().first()
        return max(on, notice.ends_on) if notice else on


class ClaimLine(models.Model):
    """What one apprentice's enrolment brings in this instalment. Computed, explained, never typed in.

    `amount_fen` is the advance, or due minus advance, which may be negative. A line without `voided_at`
    uses up the instalment: there is one per enrolment and kind.
    """

    # The guard `line_of_its_class` compares what a statement's lines refer to; there are no foreign keys
    # (docs/decisions/sets-instead-of-keys.md). The index by claim is `line_by_claim`.
    claim = models.ForeignKey(
        Claim, models.PROTECT, related_name="lines", db_constraint=False, db_index=False
    )
    enrolment = models.ForeignKey(
        "apprentices.Enrolment", models.PROTECT, related_name="claim_lines", db_constraint=False
    )
    district = models.ForeignKey(
        "accounts.District", models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    kind = models.CharField(max_length=16, choices=ClaimKind.choices)
    calculation = models.ForeignKey(
        "claims.Calculation", models.PROTECT, related_name="lines", db_constraint=False, db_index=False
    )
    assessment = models.ForeignKey(
        "training.Assessment",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    standard_fen = models.BigIntegerField(_("Standard"))
    advance_fen = models.BigIntegerField(_("Advance"))
    due_fen = models.BigIntegerField(_("Due"), null=True)
    amount_fen = models.BigIntegerField(_("Amount"))
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("Claim line")
        triggers = line_guards()
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "kind"],
                condition=Q(voided_at__isnull=True),
                name="instalment_claimed_once",
            ),
            models.CheckConstraint(
                condition=Q(kind=ClaimKind.ADVANCE, amount_fen=models.F("advance_fen"), due_fen__isnull=True)
                | Q(
                    kind=ClaimKind.REMAINDER,
                    due_fen__isnull=False,
                    amount_fen=models.F("due_fen") - models.F("advance_fen"),
                    assessment__isnull=False,
                )
                | Q(
                    kind=ClaimKind.REMAINDER,
                    due_fen=0,
                    amount_fen=models.F("due_fen") - models.F("advance_fen"),
                    assessment__isnull=True,
                ),
                name="line_amount_follows_the_rule",
            ),
        ]
        indexes = [models.Index(fields=["claim", "id"], name="line_by_claim")]

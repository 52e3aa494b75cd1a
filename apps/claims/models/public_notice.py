"""A public notice (公示): the masked list that everybody may read before the money of a claim moves."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import ExpressionWrapper, F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.access import scope_q
from apps.accounts.actors import Actor
from apps.claims.enums import ClaimKind
from apps.claims.notice_guards import notice_guards, notice_line_guards
from apps.core.said import SaidCharField


class PublicNoticeQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """The notices over claims that the actor may see, also those that ended or were taken down."""
        return self.filter(
            scope_q(
                actor,
                district="district_id",
                enterprise="enterprise_id",
                institution="institution_id",
                superior="claim__training_class__plan__superior_unit_id",
            )
        )

    def standing(self) -> Self:
        """Those that were not taken down, whether they run or have ended."""
        return self.filter(taken_down_on=None)

    def running(self, on: date) -> Self:
        """Those that anybody may read on a day."""
        return self.standing().filter(published_on__lte=on, ends_on__gte=on)


class PublicNotice(models.Model):
    """What was published of a claim, for how long, by which article.

    `ends_on` is its last day; the second signature can be given from the next day on. A notice is never
    changed: where the claim goes back or its lines become others, it is taken down and another is published.
    """

    number = models.CharField(_("Notice number"), max_length=32, unique=True)
    claim = models.ForeignKey("claims.Claim", models.PROTECT, related_name="public_notices")
    district = models.ForeignKey(
        "accounts.District", models.PROTECT, related_name="+", verbose_name=_("District")
    )
    enterprise = models.ForeignKey("enterprises.Enterprise", models.PROTECT, related_name="+", db_index=False)
    institution = models.ForeignKey(
        "institutions.Institution", models.PROTECT, related_name="+", db_index=False
    )
    kind = models.CharField(_("Instalment"), max_length=16, choices=ClaimKind.choices)
    policy_document = models.ForeignKey(
        "policy.PolicyDocument", models.PROTECT, related_name="+", db_index=False
    )
    article = models.CharField(_("Article"), max_length=130)
    days = models.PositiveSmallIntegerField(_("Working days"))
    published_on = models.DateField(_("Published"))
    ends_on = models.DateField(_("Published until"))
    people = models.PositiveIntegerField(_("Number of people"))
    amount_fen = models.BigIntegerField(_("Amount"))
    published_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(auto_now_add=True)
    taken_down_on = models.DateField(_("Taken down"), null=True, blank=True)
    taken_down_why = SaidCharField(max_length=300, blank=True, default="")

    objects = PublicNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("Public notice")
        triggers = notice_guards()
        constraints = [
            models.UniqueConstraint(
                fields=["claim"],
                condition=Q(taken_down_on__isnull=True),
                name="one_standing_notice_per_claim",
            ),
            # A working day is a day: whatever the calendar says, the notice cannot be shorter.
            models.CheckConstraint(
                condition=Q(
                    days__gt=0,
                    ends_on__gte=ExpressionWrapper(
                        F("published_on") + F("days"), output_field=models.DateField()
                    ),
                ),
                name="notice_runs_its_days",
            ),
            models.CheckConstraint(condition=Q(people__gt=0, amount_fen__gt=0), name="notice_of_somebody"),
        ]
        indexes = [models.Index(fields=["ends_on", "district", "id"], name="notice_by_end")]

    def __str__(self) -> str:
        return self.number

    def has_ended(self, on: date) -> bool:
        """Whether the notice's last day is over."""
        return on > self.ends_on


class NoticeLine(models.Model):
    """One apprentice as published: what is shown of them, and what it was published of.

    `shown_name` is the masked name of that day. A line that an objection held leaves the claim; that it did,
    and what it would have brought, stays here (`left_out_on`).
    """

    notice = models.ForeignKey(PublicNotice, models.PROTECT, related_name="lines", db_index=False)
    district = models.ForeignKey(
        "accounts.District", models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    position = models.PositiveIntegerField(_("Number in the list"))
    enrolment = models.ForeignKey("apprentices.Enrolment", models.PROTECT, related_name="notice_lines")
    calculation = models.ForeignKey("claims.Calculation", models.PROTECT, related_name="+", db_index=False)
    amount_fen = models.BigIntegerField(_("Amount"))
    shown_name = models.CharField(_("Full name"), max_length=16)
    occupation = models.ForeignKey("catalogue.Occupation", models.PROTECT, related_name="+", db_index=False)
    level = models.ForeignKey("catalogue.Level", models.PROTECT, related_name="+", db_index=False)
    months = models.PositiveSmallIntegerField(_("Term in months"))
    left_out_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("Published line")
        triggers = notice_line_guards()
        constraints = [
            models.UniqueConstraint(fields=["notice", "enrolment"], name="published_once_in_a_notice"),
            models.UniqueConstraint(fields=["notice", "position"], name="one_line_at_each_position"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="only_what_pays_is_published"),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.shown_name}"

"""Policy documents as they were loaded: whole, by hash, never edited."""

from functools import cached_property

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.core.append_only import AppendOnlyModel
from apps.core.triggers import Guard
from apps.policy.enums import Programme
from apps.policy.rules import Rules


class PolicyDocumentManager(models.Manager["PolicyDocument"]):
    """Documents without their content: it is long, and its rules are read once per process."""

    def get_queryset(self) -> models.QuerySet["PolicyDocument"]:
        return super().get_queryset().defer("content")


class PolicyDocument(models.Model):
    """One document with its whole content; what was granted names this row.

    A row is never updated. While nothing refers to it a corrected file may replace it (delete and
    insert); once something does, the foreign keys keep it, and a change is a successor document.
    """

    key = models.CharField(_("key"), max_length=60, unique=True)
    number = models.CharField(_("number"), max_length=100)
    title = models.CharField(_("title"), max_length=200)
    title_en = models.CharField(_("English title"), max_length=200)
    jurisdiction = models.CharField(_("jurisdiction"), max_length=40)
    programme = models.CharField(_("programme"), max_length=40, choices=Programme)
    issued_on = models.DateField(_("issued on"))
    in_force_from = models.DateField(_("in force from"))
    in_force_until = models.DateField(_("in force until"), null=True, blank=True)
    succeeds = models.ForeignKey(
        "self",
        verbose_name=_("succeeds"),
        on_delete=models.PROTECT,
        related_name="successors",
        null=True,
        blank=True,
    )
    content = models.JSONField(_("content"))
    sha256 = models.CharField(_("SHA-256"), max_length=64, unique=True)
    loaded_at = models.DateTimeField(_("loaded at"), auto_now_add=True)

    objects = PolicyDocumentManager()

    class Meta:
        # What names a document reads it without its content too.
        base_manager_name = "objects"
        verbose_name = _("policy document")
        verbose_name_plural = _("policy documents")
        ordering = ["jurisdiction", "programme", "-in_force_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(in_force_until__isnull=True) | Q(in_force_until__gte=F("in_force_from")),
                name="policy_document_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="policy_document_sha256"
            ),
            # Which document governs a day must have one answer.
            models.UniqueConstraint(
                fields=["programme", "jurisdiction", "in_force_from"], name="policy_document_one_a_day"
            ),
        ]
        triggers = [
            Guard(
                name="content_stays",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                level=pgtrigger.Row,
                func="""
                    RAISE EXCEPTION 'a policy document is never edited: load a successor'
                        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'policy_document_content_stays';
                """,
            )
        ]

    def __str__(self) -> str:
        title = self.title if (get_language() or "zh").startswith("zh") else self.title_en
        return f"{self.number} {title}"

    @cached_property
    def rules(self) -> Rules:
        """The document's content, read; the same object for every row with this content."""
        from apps.policy.selectors import rules_of

        return rules_of(self)

    @property
    def shares_article(self) -> str:
        """The article that says what is paid in advance, what later, and what is given back."""
        return self.rules.article("shares")


class MinimumWage(AppendOnlyModel):
    """The city's monthly minimum wage from a day on, as another authority published it.

    The policy documents ask that wages are not below it and give no figure (Beijing 2022-11, 6(3)), so it is
    no part of their content: a successor document could only repeat what is not its own. Of two rows of one
    day the later one holds.
    """

    valid_from = models.DateField(_("valid from"))
    amount_fen = models.BigIntegerField(_("monthly amount"))
    document = models.CharField(_("document"), max_length=100)
    article = models.CharField(_("article"), max_length=50, blank=True)
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)

    class Meta:
        verbose_name = _("minimum wage")
        verbose_name_plural = _("minimum wages")
        ordering = ["-valid_from", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="policy_minimum_wage_is_positive"),
            models.CheckConstraint(condition=~Q(document=""), name="policy_minimum_wage_has_a_document"),
        ]
        indexes = [models.Index(fields=["-valid_from", "-id"], name="policy_minimum_wage_by_day")]

    def __str__(self) -> str:
        return f"{self.valid_from} {self.amount_fen}"

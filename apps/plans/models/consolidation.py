"""The city's consolidation (复核汇总): a numbered list of plans that passed the recheck."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounts.actors import Actor
from apps.core.append_only import AppendOnlyModel


class ConsolidationQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """The city's own lists."""
        return self if actor is not None and (actor.is_city or actor.is_system) else self.none()


class Consolidation(AppendOnlyModel):
    """A list of approved plans, frozen with its totals when it is made.

    `content` is what was true of each plan on that day and `sha256` its digest; `standard_fen` is the
    full standard of every place, were all of them filled that day.
    """

    number = models.CharField(_("Number"), max_length=32, unique=True)
    made_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("Made"), auto_now_add=True)
    made_on = models.DateField(_("Day"))
    note = models.CharField(_("Remark"), max_length=300, blank=True)
    plan_count = models.PositiveIntegerField(_("Plans"))
    headcount = models.PositiveIntegerField(_("Headcount"))
    standard_fen = models.BigIntegerField(_("Full standard"))
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)

    objects = ConsolidationQuerySet.as_manager()

    class Meta(AppendOnlyModel.Meta):
        verbose_name = _("Consolidation")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.number

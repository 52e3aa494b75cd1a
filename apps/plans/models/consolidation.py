"""The city's consolidation (复核汇总): a numbered list of plans that passed the recheck."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Consolidation(models.Model):
    """A list of approved plans, frozen with its totals when it is made."""

    number = models.CharField(_("Number"), max_length=32, unique=True)
    made_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    plan_count = models.PositiveIntegerField()
    headcount = models.PositiveIntegerField()
    standard_fen = models.BigIntegerField()
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("Consolidation")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.number

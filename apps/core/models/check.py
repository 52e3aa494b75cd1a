"""What the nightly audit found, kept as evidence."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.append_only import AppendOnlyModel


class InvariantCheck(AppendOnlyModel):
    """One invariant checked once: how many rows broke it, and some of them."""

    number = models.CharField(_("Number"), max_length=20)
    title = models.CharField(_("Rule"), max_length=200)
    violations = models.PositiveIntegerField(_("Rows that break it"))
    sample = models.JSONField(_("Some of them"), default=list)
    checked_at = models.DateTimeField(_("Checked at"), auto_now_add=True)

    class Meta:
        verbose_name = _("Invariant check")
        verbose_name_plural = _("Invariant checks")
        ordering = ["-id"]
        indexes = [models.Index(fields=["number", "-id"], name="core_check_latest")]

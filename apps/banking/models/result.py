"""Result files that were taken in, and their lines: a file counts once, a line counts once (I10)."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.actors import Actor
from apps.banking.answer_guards import result_line_guard
from apps.banking.enums import LineOutcome
from apps.banking.models.batch import PaymentBatch
from apps.core.append_only import AppendOnlyModel


class ResultFileQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """Those of the batches that the actor sees."""
        return self.filter(batch__in=PaymentBatch.objects.visible_to(actor))


class ResultFile(AppendOnlyModel):
    """A result file that took effect. Its row is written with its effect, or not at all."""

    batch = models.ForeignKey(PaymentBatch, models.PROTECT, related_name="result_files")
    file = models.ForeignKey("core.StoredFile", models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(_("File name"), max_length=255)
    paid_count = models.PositiveIntegerField(pgettext_lazy("number of payments", "Paid"))
    failed_count = models.PositiveIntegerField(pgettext_lazy("number of payments", "Failed"))
    pending_count = models.PositiveIntegerField(pgettext_lazy("number of payments", "Being processed"))
    taken_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    taken_on = models.DateField(_("Taken in on"))
    taken_at = models.DateTimeField(auto_now_add=True)

    objects = ResultFileQuerySet.as_manager()

    class Meta(AppendOnlyModel.Meta):
        verbose_name = _("Bank result file")


class ResultLine(AppendOnlyModel):
    """One line of a result file: what the bank said of one payment."""

    result_file = models.ForeignKey(ResultFile, models.PROTECT, related_name="lines", db_index=False)
    entry = models.ForeignKey("banking.BatchEntry", models.PROTECT, related_name="result_lines")
    row = models.PositiveIntegerField(_("Line"))
    outcome = models.CharField(_("Result"), max_length=16, choices=LineOutcome.choices)
    amount_fen = models.BigIntegerField(_("Amount"))
    paid_on = models.DateField(_("Paid on"), null=True)
    bank_serial = models.CharField(_("Bank's serial number"), max_length=64, blank=True)
    reason = models.CharField(_("The bank's reason"), max_length=300, blank=True)

    class Meta(AppendOnlyModel.Meta):
        verbose_name = _("Line of a bank result file")
        triggers = [result_line_guard()]
        constraints = [
            models.UniqueConstraint(fields=["result_file", "row"], name="result_row_once"),
            models.UniqueConstraint(fields=["result_file", "entry"], name="result_entry_once_per_file"),
            models.UniqueConstraint(
                fields=["entry"],
                condition=~Q(outcome=LineOutcome.PENDING),
                name="entry_answered_once",
            ),
            models.UniqueConstraint(
                fields=["bank_serial"],
                condition=Q(outcome=LineOutcome.PAID),
                name="result_serial_counts_once",
            ),
        ]

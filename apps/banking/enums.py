"""Words of batches, bank answers and statements."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class BatchState(models.TextChoices):
    """Where a payment batch stands; from the second signature on its file never changes."""

    DRAFT = "draft", _("Being made up")
    CHECKED = "checked", _("Checked, to be signed")
    SIGNED = "signed", _("Signed, file frozen")
    SENT = "sent", _("With the bank")
    ANSWERED = "answered", _("Answered by the bank")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")


# The states in which the file stands.
FROZEN = (BatchState.SIGNED, BatchState.SENT, BatchState.ANSWERED, BatchState.CLOSED)


class EntryState(models.TextChoices):
    """What is known of one payment of a batch."""

    WAITING = "waiting", _("Not answered yet")
    PAID = "paid", pgettext_lazy("bank", "Paid")
    FAILED = "failed", _("Payment failed")


class LineOutcome(models.TextChoices):
    """What a bank's line says; the words stand in the bank's profile."""

    PAID = "paid", pgettext_lazy("bank", "Paid")
    FAILED = "failed", _("Payment failed")
    PENDING = "pending", _("Being processed")


class AnswerState(models.TextChoices):
    """Where an answer stands that the bank gave in writing."""

    DRAFT = "draft", _("Being written")
    SUBMITTED = "submitted", _("Waits for the second signature")
    SIGNED = "signed", pgettext_lazy("bank's answer", "Signed and in effect")
    REFUSED = "refused", _("Not signed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class MatchKind(models.TextChoices):
    """What a line of a statement was found to be."""

    PAYMENT = "payment", _("Payment of a batch")
    RECEIPT = "receipt", _("Receipt for a recovery")
    RETURN = "return", _("Payment sent back")
    POSTING = "posting", _("Posting of the books")
    DIVIDED = "divided", _("Divided into parts")
    TAKEN_BACK = "taken_back", _("Part of a division that was taken back")

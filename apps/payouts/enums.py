"""Words of payment and recovery."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrderState(models.TextChoices):
    """What became of a payment order."""

    RELEASED = "released", _("Released")
    PAID = "paid", _("Paid")
    FAILED = "failed", _("Refused by the bank")
    RETURNED = "returned", _("Sent back by the bank")


class RecoveryState(models.TextChoices):
    ISSUED = "issued", _("Notice issued")
    PARTLY = "partly", _("Partly repaid")
    REPAID = "repaid", _("Repaid")


class ReleaseState(models.TextChoices):
    """How far a release of many lines has come."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")

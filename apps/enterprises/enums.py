"""Sizes and standings of enterprises, and the life of a bank account."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Size(models.TextChoices):
    LARGE = "large", _("Large")
    MEDIUM = "medium", _("Medium")
    SMALL = "small", _("Small")
    MICRO = "micro", _("Micro")


class Standing(models.TextChoices):
    """Whether an enterprise may apply: someone on the integrity list may not."""

    GOOD = "good", _("In good standing")
    SUSPENDED = "suspended", _("Suspended from applying")
    REMOVED = "removed", _("On the integrity list")


class BankAccountState(models.TextChoices):
    PENDING = "pending", _("Waiting for confirmation")
    CONFIRMED = "confirmed", _("Confirmed")
    RETIRED = "retired", _("Retired")

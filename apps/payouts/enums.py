"""Words of payment and recovery."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OrderState(models.TextChoices):
    """What became of a payment order."""

    RELEASED = "released", _("Released")
    PAID = "paid", _("Paid")
    FAILED = "failed", _("Refused by the bank")
    RETURNED = "returned", _("Sent back by the bank")
    SET_OFF = "set_off", _("Set off in full")


class RecoveryState(models.TextChoices):
    ISSUED = "issued", _("Notice issued")
    PARTLY = "partly", _("Partly repaid")
    REPAID = "repaid", _("Repaid")
    WRITTEN_OFF = "written_off", _("Written off")


# Something is owed that was neither repaid nor written off.
STILL_OWED = (RecoveryState.ISSUED, RecoveryState.PARTLY)


class ReleaseState(models.TextChoices):
    """How far a release of many lines has come."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", pgettext_lazy("release", "Failed")


class BudgetChange(models.TextChoices):
    """What a request does to a budget."""

    APPROPRIATE = "appropriate", _("Appropriate")
    CUT = "cut", _("Cut")
    MOVE = "move", _("Move")


class AgreementState(models.TextChoices):
    """Where an instalment agreement stands."""

    DRAFT = "draft", _("Being written")
    SUBMITTED = "submitted", _("Waits for the second signature")
    IN_FORCE = "in_force", _("In force")
    ENDED = "ended", _("Ended: nothing is open any more")
    BROKEN = "broken", _("Broken: the whole rest is due")
    LAPSED = "lapsed", _("Lapsed: more is open than it was agreed over")
    REFUSED = "refused", _("Not signed")
    WITHDRAWN = "withdrawn", _("Withdrawn")

"""Words of claims."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ClaimKind(models.TextChoices):
    """The two instalments of an apprenticeship subsidy (Beijing 2022-11, 4(4))."""

    ADVANCE = "advance", _("Advance")
    REMAINDER = "remainder", _("Remainder")


class ClaimState(models.TextChoices):
    """Where a claim stands, from its computation to the last fen."""

    DRAFT = "draft", _("Draft")
    DISTRICT_REVIEW = "district_review", _("District review")
    SECOND_SIGNATURE = "second_signature", _("Second signature")
    RETURNED = "returned", _("Returned for correction")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    APPROVED = "approved", _("Approved, waiting for release")
    PAYEE_SIGNATURE = "payee_signature", _("New account to be signed")
    RELEASED = "released", _("Released, waiting for the bank")
    PAID = "paid", _("Paid")
    RECOVERING = "recovering", _("To be recovered")
    WRITTEN_OFF = "written_off", _("Recovery written off")
    SETTLED = "settled", _("Settled")


# The second signature was given: the money is promised, paid or asked back.
SIGNED = (
    ClaimState.APPROVED,
    ClaimState.PAYEE_SIGNATURE,
    ClaimState.RELEASED,
    ClaimState.PAID,
    ClaimState.RECOVERING,
    ClaimState.WRITTEN_OFF,
    ClaimState.SETTLED,
)

# Nothing is to be done or waited for any more, as far as can be seen from here.
OVER = (
    ClaimState.PAID,
    ClaimState.SETTLED,
    ClaimState.WRITTEN_OFF,
    ClaimState.REJECTED,
    ClaimState.WITHDRAWN,
)


# The money has left; a line below zero was held back from it, and is the enterprise's to pay back.
PAID_OUT = (ClaimState.RELEASED, ClaimState.PAID, ClaimState.SETTLED)


class ObjectionState(models.TextChoices):
    """Where an objection to a published line stands."""

    OPEN = "open", _("Being examined")
    UPHELD = "upheld", _("Objection upheld")
    DISMISSED = "dismissed", _("Objection dismissed")


# An objection in one of these keeps the apprentice's line from being signed.
HOLDING = (ObjectionState.OPEN, ObjectionState.UPHELD)


class ObjectionChannel(models.TextChoices):
    """How an objection came in."""

    PUBLIC = "public", _("By the public page")
    OFFICE = "office", _("By telephone, letter or in person")

"""Kinds, standings and grades of training institutions."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class InstitutionKind(models.TextChoices):
    VOCATIONAL_COLLEGE = "vocational_college", _("Vocational college")
    PRIVATE_INSTITUTION = "private_institution", _("Private training institution")
    ENTERPRISE_CENTRE = "enterprise_centre", _("Enterprise training centre")


class Standing(models.TextChoices):
    """Where an institution stands in the directory, which is kept up dynamically."""

    APPLIED = "applied", _("Applied for the directory")
    LISTED = "listed", _("Listed")
    SUSPENDED = "suspended", _("Suspended")
    REMOVED = "removed", _("Removed from the directory")


class Grade(models.TextChoices):
    """The result of the yearly evaluation."""

    NONE = "", _("Not graded")
    A = "A", _("Grade A")
    B = "B", _("Grade B")
    C = "C", _("Grade C")

"""Words that documents, facts and calculators share."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Programme(models.TextChoices):
    APPRENTICESHIP = "apprenticeship", _("Enterprise new-type apprenticeship")
    RECOVERY = "recovery", _("Recovery of subsidies")


class Result(models.TextChoices):
    """How the training of one apprentice ended."""

    PASSED = "passed", _("Passed")
    FAILED = "failed", _("Failed")
    WITHDRAWN = "withdrawn", _("Did not finish")


class AdvanceBase(models.TextChoices):
    """What the advance share is taken of."""

    WHOLE_TERM = "whole_term", _("The standard of the whole term")
    FIRST_YEAR = "first_year", _("The standard of the first year")


class Rounding(models.TextChoices):
    """How the amount due becomes whole fen."""

    HALF_UP = "half_up", _("To the nearest fen, half upwards")
    DOWN = "down", _("Down to the whole fen")


class Netting(models.TextChoices):
    """Whether lines to pay and lines to recover are set off against each other."""

    PER_ENTERPRISE = "per_enterprise", _("Set off per enterprise")
    NONE = "none", _("Not set off")


class LateCertificate(models.TextChoices):
    """Until when a certificate makes the remainder of who passed without one worth more."""

    UNTIL_SIGNATURE = "until_signature", _("If it is recorded before the second signature of the remainder")


class OffsetOrder(models.TextChoices):
    """Which open recovery of an enterprise is set off first against a payment to it."""

    OLDEST_DUE = "oldest_due", _("The one that is due first")
    OLDEST_ISSUED = "oldest_issued", _("The oldest notice")
    LARGEST_OPEN = "largest_open", _("The one with most still open")
    NONE = "none", _("Nothing is set off")


class OffsetFrom(models.TextChoices):
    """From when on an open recovery may be set off."""

    ISSUE = "issue", _("From the day of the notice")
    DUE_DAY = "due_day", _("Once its deadline has passed")


class MissedInstalment(models.TextChoices):
    """What a missed instalment of an agreement brings about."""

    WHOLE_DUE = "whole_due", _("The whole rest is due")
    INSTALMENT_ONLY = "instalment_only", _("The instalment alone is overdue")


class DateBasis(models.TextChoices):
    """The day on which a rate or a list is read."""

    ENROLMENT_DAY = "enrolment_day", _("The day the enrolment record is set up")
    REGISTRATION_DAY = "registration_day", _("The day the apprentice is registered")


class Exclusion(models.TextChoices):
    """Why somebody cannot be an apprentice."""

    RECEIVES_PENSION = "receives_pension", _("Receives a pension")
    FULL_TIME_STUDENT = "full_time_student", _("Is a full-time student")
    PUBLIC_POST = "public_post", _("Holds an established public post")
    ENROLLED_ELSEWHERE = "enrolled_elsewhere", _("Is already enrolled elsewhere")
    SAME_OCCUPATION_AND_LEVEL = "same_occupation_and_level", _("Had this occupation and level before")


class TitleGrade(models.TextChoices):
    """Grades of a professional title (专业技术职务), the lowest first."""

    ASSISTANT = "assistant", _("Junior title")
    INTERMEDIATE = "intermediate", _("Intermediate title")
    ASSOCIATE = "associate", _("Associate senior title")
    SENIOR = "senior", _("Senior title")


# The kind of an occupation that is on no list of the city.
ORDINARY = "ordinary"
SCARCE = "scarce"

# The tag of each calculator's facts, in the order in which people name them.
FACT_NAMES = ("occupation_kind", "level", "months", "in_evaluation_scope", "result", "certificate")

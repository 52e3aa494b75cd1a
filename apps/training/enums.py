"""Words of training and assessment."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SessionSide(models.TextChoices):
    """Whose hours a session is: the institution's lessons or the enterprise's on-the-job training."""

    INSTITUTION = "institution", _("Lesson of the institution")
    ENTERPRISE = "enterprise", _("On-the-job training")


class Mode(models.TextChoices):
    CLASSROOM = "classroom", _("Classroom")
    ONLINE = "online", _("Online")
    ON_THE_JOB = "on_the_job", _("On the job")


class DisputeState(models.TextChoices):
    OPEN = "open", pgettext_lazy("dispute", "Open")
    UPHELD = "upheld", _("Upheld: the record was corrected")
    DISMISSED = "dismissed", _("Dismissed with a reason")


class Result(models.TextChoices):
    """The outcome of the assessment."""

    PASSED = "passed", _("Passed")
    FAILED = "failed", _("Failed")


class CertificateKind(models.TextChoices):
    """Vocational certificates that count for the full standard, and those that do not."""

    SKILL_LEVEL = "skill_level", _("Skill level certificate")
    QUALIFICATION = "qualification", _("Vocational qualification certificate")
    SPECIAL_ABILITY = "special_ability", _("Special ability certificate")
    SAFETY = "safety", _("Safety or special operation certificate")
    APPRENTICE = "apprentice", _("Apprenticeship completion certificate")
    TECHNICAL_COLLEGE = "technical_college", _("Technical college diploma")


class EvidenceKind(models.TextChoices):
    PHOTO = "photo", _("Photo of the training")
    VIDEO = "video", _("Video of the training")
    SIGN_IN = "sign_in", _("Sign-in sheet")
    INVOICE = "invoice", _("Invoice of the institution")
    OTHER = "other", _("Other evidence")

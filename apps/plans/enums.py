"""Words of the training plan."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PlanState(models.TextChoices):
    """Where a training plan stands between its first draft and the city's approval."""

    DRAFT = "draft", _("Draft")
    CONSENT = "consent", _("Waiting for the superior unit's consent")
    COUNTERSIGN = "countersign", _("Waiting for the institution's countersignature")
    DISTRICT_REVIEW = "district_review", _("District review")
    CITY_RECHECK = "city_recheck", _("City recheck")
    RETURNED = "returned", _("Returned for correction")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    ENDED = "ended", _("Ended before it began")


class LessonKind(models.TextChoices):
    """The three kinds of course whose hours stand to each other as the policy asks (about 1:3:6)."""

    GENERAL = "general", _("General skills")
    THEORY = "theory", _("Professional theory")
    PRACTICE = "practice", _("Practical training")


class Place(models.TextChoices):
    """Who gives the hours of a course."""

    INSTITUTION = "institution", _("Training institution")
    ENTERPRISE = "enterprise", _("Enterprise, on the job")


class MentorSide(models.TextChoices):
    ENTERPRISE = "enterprise", _("Enterprise mentor")
    INSTITUTION = "institution", _("Institution teacher")


class Qualification(models.TextChoices):
    """By what a mentor or teacher qualifies; which of them suit which side is the document's part 3(2)2."""

    PRACTICE_YEARS = "practice_years", _("Relevant practice (years)")
    SKILL_CERTIFICATE = "skill_certificate", _("Skill certificate (level)")
    TITLE = "title", _("Professional title (grade)")
    BACKBONE = "backbone", _("Backbone technician recognised by the enterprise")
    DUAL_QUALIFIED = "dual_qualified", _("“Integrated” or “dual-qualified” teacher")
    TEACHING_YEARS = "teaching_years", _("Teaching (years)")


class TextbookKind(models.TextChoices):
    NATIONAL = "national", _("National catalogue")
    CITY = "city", _("City catalogue")
    OWN = "own", _("Written by enterprise or institution")


class PlanDocumentKind(models.TextChoices):
    """What is handed in with a plan."""

    COOPERATION_AGREEMENT = "cooperation_agreement", _("Cooperation agreement of enterprise and institution")
    MANAGEMENT_RULES = "management_rules", _("Management rules for the training")
    TRAINING_AGREEMENT = "training_agreement", _("Template of the training agreement")
    ENTRUSTMENT_AGREEMENT = "entrustment_agreement", _("Entrustment agreement")
    CONSENT_LETTER = "consent_letter", _("Letter of the superior unit")
    OTHER = "other", _("Other document")


class PlanStep(models.TextChoices):
    """The steps in which a plan is written, and the sections in which it is read."""

    BASICS = "basics", _("Basics and partner")
    LINES = "lines", _("Occupations and headcount")
    TEACHING = "teaching", _("Teaching plan")
    MENTORS = "mentors", _("Mentors and teachers")
    TEXTBOOKS = "textbooks", _("Textbooks")
    DOCUMENTS = "documents", _("Documents")


# The states in which the applicant may change what a plan says; the database holds the same list.
OPEN_STATES = (PlanState.DRAFT, PlanState.RETURNED)
# The city approved these plans: the day stays, and so does their place on a consolidated list.
APPROVED_ONCE = (PlanState.APPROVED, PlanState.ENDED)

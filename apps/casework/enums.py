"""Words of case handling."""

from django.db import models
from django.utils.translation import gettext_lazy as _

# The notice that tells somebody once a day how many files wait past their deadline.
OVERDUE_FILES = "overdue_files"


class Verdict(models.TextChoices):
    """The answer to one item of a checklist."""

    PASS = "pass", _("Pass")
    FAIL = "fail", _("Fail")
    NOTE = "note", _("Pass with a note")


class Audience(models.TextChoices):
    """Who reads a note."""

    BOTH = "both", _("Applicant and office")
    OFFICE = "office", _("Office only")


class PaperState(models.TextChoices):
    """Where a paper stands that one person writes and another signs."""

    DRAFT = "draft", _("Being written")
    SUBMITTED = "submitted", _("Waits for the second signature")
    SIGNED = "signed", _("Signed and posted")
    REFUSED = "refused", _("Not signed")
    WITHDRAWN = "withdrawn", _("Withdrawn")

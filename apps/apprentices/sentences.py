"""What the system itself says in records of classes and enrolment, by code."""

from django.utils.translation import gettext_lazy as _

from apps.core.said import Sentence

TRANSFERRED = Sentence("apprentices.transferred", _("Transferred from %(number)s"))
ROSTER_TITLE = Sentence("apprentices.roster_title", _("Read the roster of class %(number)s"))
AGREEMENT_DAY = Sentence("apprentices.agreement_day", _("Day on which the agreement was signed"))

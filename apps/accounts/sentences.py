"""What the system itself says in records of accounts and rights, by code."""

from django.utils.translation import gettext_lazy as _

from apps.core.said import Sentence

FOUNDING = Sentence("accounts.founding", _("First administrator, entered when the system was set up"))
ENROLMENT = Sentence("accounts.enrolment", _("Follows from the enrolment"))
MOBILE = Sentence("accounts.mobile", _("Mobile number"))
IDLE = Sentence("accounts.idle", _("Nothing was done for too long"))
ABSOLUTE = Sentence("accounts.absolute", _("The longest time for one sign-in was over"))

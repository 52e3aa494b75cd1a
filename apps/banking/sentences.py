"""What the system itself says in records of batches and statements, by code."""

from django.utils.translation import gettext_lazy as _

from apps.core.said import Sentence

BOOKED_AS_ONE = Sentence("banking.booked_as_one", _("The bank booked the batch as one sum."))
SENT_BACK = Sentence("banking.sent_back", _("The bank sent the payment back: %(reference)s"))
ACCOUNT_CHANGED = Sentence("banking.account_changed", _("The account changed after the approval: %(reason)s"))
RESULT_TITLE = Sentence("banking.result_title", _("Result file of batch %(number)s"))

"""What the system itself says in records of payments and recoveries, by code."""

from django.utils.translation import gettext_lazy as _

from apps.core.said import Sentence

SET_OFF = Sentence("payouts.set_off", _("Set off against claim %(claim)s"))
WRITTEN_OFF = Sentence("payouts.written_off", _("Written off by %(number)s"))
NOTHING_OPEN = Sentence("payouts.nothing_open", _("Nothing of recovery %(number)s is open any more"))
INSTALMENT_MISSED = Sentence(
    "payouts.instalment_missed", _("Instalment %(position)s of %(day)s was not paid")
)
NO_RESULT = Sentence(
    "payouts.no_result", _("Claim %(number)s asks the advance back: no result was reported.")
)
NOT_HANDED_IN = Sentence(
    "payouts.not_handed_in", _("It was not handed in within the time that the class had to be settled in.")
)
RELEASE_TITLE = Sentence("payouts.release_title", _("Release of %(count)s claims"))

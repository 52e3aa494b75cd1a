"""What a reviewer of a claim is asked, by the codes under which a decision keeps the answers."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

QUESTIONS: dict[str, Promise] = {
    "lines": _("The apprentices claimed for are those of the class"),
    "amounts": _("The amounts follow from the policy; each step was looked at"),
    "account": _("The account is the enterprise's own and confirmed"),
    "told": _("Enterprise and institution were told, and reported nothing that changes it"),
    "evidence": _("Training was held: photos, videos, hours"),
    "lessons_while_halted": _("Lessons of days of suspension: really given, or taken back"),
}

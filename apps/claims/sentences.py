"""What the system itself says in records of claims and public notices, by code."""

from django.utils.translation import gettext_lazy as _

from apps.core.said import Sentence

BY_PUBLIC_PAGE = Sentence("claims.by_public_page", _("Objection by the public page"))
NO_LINE_LEFT = Sentence("claims.no_line_left", _("The claim has no line to be published any more."))
PUBLISHED_ANEW = Sentence(
    "claims.published_anew", _("The claim was published anew, since its lines are others.")
)
RETURNED = Sentence("claims.returned", _("The claim was returned for correction."))
REJECTED = Sentence("claims.rejected", _("The claim was rejected."))
REVOKED = Sentence("claims.revoked", _("The approval was revoked."))

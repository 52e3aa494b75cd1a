"""What the system itself says in records of background work, by code."""

from django.utils.translation import gettext_lazy as _

from apps.core.said import Sentence

BROKE = Sentence(
    "core.broke",
    _("This was tried %(count)s times and broke each time. The administrators can see why."),
)

"""What the system itself says in records of institutions, by code."""

from django.utils.translation import gettext_lazy as _

from apps.core.said import Sentence

LISTED = Sentence("institutions.listed", _("Taken into the directory"))

"""Words of the catalogue."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OccupationList(models.TextChoices):
    """Which list an occupation stands on. A policy document may name further kinds of occupations; their
    lists carry the code of the kind and need no entry here."""

    SCARCE = "scarce", _("Scarce occupations")
    EVALUATION_SCOPE = "evaluation_scope", _("Evaluation scope of the city")

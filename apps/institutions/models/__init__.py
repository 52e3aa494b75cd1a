"""Training institutions, what they may teach, and how they were judged each year."""

from apps.institutions.models.institution import Evaluation, Institution, LicenceScope

__all__ = ["Evaluation", "Institution", "LicenceScope"]

"""Claims, their lines, and how each amount was computed."""

from apps.claims.models.calculation import Calculation
from apps.claims.models.claim import Claim, ClaimLine
from apps.claims.models.entitlement import Entitlement

__all__ = ["Calculation", "Claim", "ClaimLine", "Entitlement"]

"""Claims, their lines, how each amount was computed, what was published of them and objected to."""

from apps.claims.models.calculation import Calculation
from apps.claims.models.claim import Claim, ClaimLine
from apps.claims.models.entitlement import Entitlement
from apps.claims.models.objection import Objection
from apps.claims.models.public_notice import NoticeLine, PublicNotice

__all__ = ["Calculation", "Claim", "ClaimLine", "Entitlement", "NoticeLine", "Objection", "PublicNotice"]

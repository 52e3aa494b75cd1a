"""How an amount came about: the rule, its version, the facts, every step. Shared by equal cases."""

from django.db import models
from django.db.models import F, Q

from apps.core.append_only import AppendOnlyModel


class Calculation(AppendOnlyModel):
    """One run of the calculator, found again by the digest of document, date and facts.

    Apprentices with the same facts share a row: a class of 10,000 has a handful. `snapshot` holds all
    that is needed to run it again and come to the same fen.
    """

    digest = models.CharField(max_length=64, unique=True)
    policy_document = models.ForeignKey("policy.PolicyDocument", models.PROTECT, related_name="+")
    document_sha256 = models.CharField(max_length=64)
    snapshot = models.JSONField()
    standard_fen = models.BigIntegerField()
    advance_fen = models.BigIntegerField()
    due_fen = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(AppendOnlyModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(standard_fen__gte=0, advance_fen__gte=0, advance_fen__lte=F("standard_fen")),
                name="calculation_amounts",
            ),
            models.CheckConstraint(
                condition=Q(due_fen__isnull=True) | Q(due_fen__gte=0, due_fen__lte=F("standard_fen")),
                name="calculation_due",
            ),
        ]

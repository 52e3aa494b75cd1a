"""What was answered to a request with an idempotency key, to answer the same again."""

from django.db import models
from django.db.models import Q


class IdempotencyKey(models.Model):
    """One key of one membership. Written in the transaction of the work itself: both stand, or neither.

    Another request with the same key waits for the first to commit and then finds its answer.
    """

    membership = models.ForeignKey("accounts.Membership", models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=120)
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=300)
    body_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership", "key"], name="idempotency_key_once"),
            models.CheckConstraint(condition=~Q(key=""), name="idempotency_key_given"),
        ]

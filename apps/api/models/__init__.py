"""Tables of the REST interface."""

from apps.api.models.idempotency import IdempotencyKey

__all__ = ["IdempotencyKey"]

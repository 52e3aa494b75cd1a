"""A client that speaks to the REST interface with a token."""

from collections.abc import Callable

from django.http import HttpResponse
from django.test import Client

from apps.accounts.models import Membership
from tests.factories import accounts

Call = Callable[..., HttpResponse]


def caller(membership: Membership, scopes: list[str] | None = None) -> Call:
    """`call("post", "/api/v1/plans/", {...}, key="k")` with a token of the membership."""
    secret = accounts.token(membership, scopes)[1]

    def call(method: str, path: str, body: object = None, *, key: str = "", **extra: object) -> HttpResponse:
        headers = {"Authorization": f"Bearer {secret}"} | ({"Idempotency-Key": key} if key else {})
        given = {"data": body, "content_type": "application/json"} if body is not None else {}
        return getattr(Client(), method)(path, headers=headers, **given, **extra)

    return call

"""Same key and same body: same answer. Same key and another body: refused. At the same time: one winner."""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.models import IdempotencyKey
from apps.core import failpoints
from apps.core.errors import InvalidInput, Problem, Refused

HEADER = "Idempotency-Key"
KEY_LENGTH_MAX = 120
# Printable ASCII, at neither end a space.
KEY_PATTERN = rf"^[!-~]([ -~]{{0,{KEY_LENGTH_MAX - 2}}}[!-~])?$"


def key_of(request: Request, *, required: bool) -> str | None:
    """The key under which an unsafe request comes, or None.

    Raises `InvalidInput` for one that is none, and where money moves and the key is missing.
    """
    key = request.headers.get(HEADER)
    if key is None:
        if required:
            message = _(
                "Send the header Idempotency-Key: money moves, and a repeated request must not move it twice."
            )
            raise InvalidInput(
                code="idempotency_key_missing", problems=[Problem("missing", message, field=HEADER)]
            )
        return None
    if not re.fullmatch(KEY_PATTERN, key):
        message = _("An idempotency key has at most 120 printable ASCII characters.")
        raise InvalidInput(
            code="idempotency_key_invalid", problems=[Problem("invalid", message, field=HEADER)]
        )
    return key


def once(request: Request, work: Callable[[], Response], *, required: bool) -> Response:
    """Do the work of an unsafe request once per key, and answer a repetition from the record.

    The key row and the work share a transaction, so that a process that dies between them leaves
    neither. Raises what `key_of` raises, and `Refused` (422) where the key was used for another request.
    """
    key = key_of(request, required=required)
    if key is None:
        with transaction.atomic():
            return work()
    digest = _digest(request)
    with transaction.atomic():
        known = _claim(request, key, digest)
        if known is not None:
            return _again(known, request, digest)
        response = work()
        IdempotencyKey.objects.filter(membership_id=request._request.actor.membership_id, key=key).update(
            status=response.status_code, answer=json.loads(JSONRenderer().render(response.data) or b"null")
        )
    failpoints.point("answer.committed")
    return response


_CLAIM = """
    INSERT INTO api_idempotencykey (membership_id, key, method, path, body_sha256, created_at)
    VALUES (%s, %s, %s, %s, %s, now())
    ON CONFLICT (membership_id, key) DO NOTHING RETURNING id
"""


def _claim(request: Request, key: str, digest: str) -> IdempotencyKey | None:
    """Take the key; or, after waiting for whoever holds it, return the row that was there first."""
    membership_id = request._request.actor.membership_id
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [membership_id, key, request.method, request.path[:300], digest])
        if cursor.fetchone() is not None:
            return None
    return IdempotencyKey.objects.get(membership_id=membership_id, key=key)


def _again(known: IdempotencyKey, request: Request, digest: str) -> Response:
    if (known.method, known.path, known.body_sha256) != (request.method, request.path[:300], digest):
        raise Refused(
            _("This idempotency key was used for another request. Take a new key for a new request."),
            code="idempotency_key_reused",
        )
    return Response(known.answer, status=known.status, headers={"Idempotent-Replayed": "true"})


def _digest(request: Request) -> str:
    files = {
        name: hashlib.sha256(upload.read()).hexdigest() for name, upload in sorted(request.FILES.items())
    }
    for upload in request.FILES.values():
        upload.seek(0)
    data: Any = request.data
    body: Any = {name: value for name, value in data.items() if name not in files}
    text = json.dumps([body, files], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()

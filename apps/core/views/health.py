"""Whether this process can serve: asked by the launcher, the container engine and the proxy."""

from django.core.cache import cache
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

HEARTBEAT_KEY = "healthz"


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database and Redis answer, else 503; the body names the part that does not."""
    parts = {"database": _database_answers(), "redis": _redis_answers()}
    return JsonResponse(
        {"status": "ok" if all(parts.values()) else "unavailable", "parts": parts},
        status=200 if all(parts.values()) else 503,
    )


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except Error:
        return False


def _redis_answers() -> bool:
    try:
        cache.set(HEARTBEAT_KEY, "1", timeout=10)
    except (RedisError, OSError):
        return False
    return True

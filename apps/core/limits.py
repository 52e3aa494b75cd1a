"""How often somebody may ask for something: counted in the cache, for a fixed stretch of time."""

import logging
from hashlib import sha256

from axes.helpers import get_client_ip_address
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from apps.core.errors import ShituError

logger = logging.getLogger(__name__)


class TooOften(ShituError):
    """The same caller asked for this too often in a short time (429)."""

    status = 429
    default_code = "too_often"


def require_seldom(request: HttpRequest, what: str, *, most: int, seconds: int) -> None:
    """Count this request of its address; raises `TooOften` beyond `most` within `seconds`.

    Without a cache nothing is counted: a right that everybody has does not end with the cache.
    """
    caller = sha256((get_client_ip_address(request) or "").encode()).hexdigest()[:32]
    key = f"limit:{what}:{caller}"
    try:
        cache.add(key, 0, timeout=seconds)
        count = cache.incr(key)
    except (RedisError, ValueError, OSError) as error:
        logger.warning("requests are not counted: %s", type(error).__name__)
        return
    if count > most:
        raise TooOften(
            _("This was asked too often in a short time. Wait an hour, or call the district's office.")
        )

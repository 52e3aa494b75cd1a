"""Two workers of one run share Redis; what one forgets, the other still knows."""

from django.conf import settings
from django.core.cache import cache

from tests.shared_redis import OwnKeysCache


def test_emptying_the_cache_of_one_worker_leaves_what_its_neighbour_wrote() -> None:
    own = settings.CACHES["default"]
    neighbour = OwnKeysCache(own["LOCATION"], {**own, "KEY_PREFIX": f"{own['KEY_PREFIX']}-neighbour"})
    cache.set("days", 3)
    neighbour.set("days", 5)
    try:
        cache.clear()
        assert (cache.get("days"), neighbour.get("days")) == (None, 5)
    finally:
        neighbour.clear()
    assert neighbour.get("days") is None

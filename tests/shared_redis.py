"""One Redis for all workers of a run: each empties its own keys, never those of its neighbour."""

from django.core.cache.backends.redis import RedisCache


class OwnKeysCache(RedisCache):
    """Django's cache on Redis, whose `clear` forgets the keys of this prefix instead of the whole store."""

    def clear(self) -> bool:
        """Forget what this worker has written."""
        return self.forget(f"{self.key_prefix}:*")

    def forget(self, pattern: str) -> bool:
        """Forget every key that matches, whoever wrote it under whatever prefix."""
        client = self._cache.get_client(write=True)
        keys = list(client.scan_iter(match=pattern, count=1000))
        return not keys or bool(client.delete(*keys))

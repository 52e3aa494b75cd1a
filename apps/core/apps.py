"""Ground: fen, the Beijing calendar, sealed fields, identifiers, files, jobs, errors."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "apps.core"
    label = "core"

    def ready(self) -> None:
        from apps.core import ground_invariants, lookups  # noqa: F401 - lookups are registered

        ground_invariants.register_all()

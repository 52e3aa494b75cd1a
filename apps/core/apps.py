"""Ground: fen, the Beijing calendar, sealed fields, identifiers, files, jobs, errors."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "apps.core"
    label = "core"

    def ready(self) -> None:
        from apps.core import ground_invariants

        ground_invariants.register_all()

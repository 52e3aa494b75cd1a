"""Ground: fen, the Beijing calendar, sealed fields, identifiers, files, jobs, errors."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "apps.core"
    label = "core"

    def ready(self) -> None:
        from django.db.models import Field

        from apps.core import ground_invariants
        from apps.core.lookups import AnyOf

        Field.register_lookup(AnyOf)
        ground_invariants.register_all()

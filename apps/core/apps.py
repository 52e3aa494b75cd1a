"""Ground: fen, the Beijing calendar, sealed fields, identifiers, files, jobs, errors."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "apps.core"
    label = "core"

    def ready(self) -> None:
        """Have each room tell the others what it has for them: `wiring.py`, from the top floor down."""
        from django.db.models import Field

        from apps.core import ground_invariants
        from apps.core.lookups import AnyOf

        Field.register_lookup(AnyOf)
        autodiscover_modules("wiring")
        # What always holds is said of the tables that the rooms named.
        ground_invariants.register_all()

"""Pages of districts, the city, finance, auditors and administrators."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "apps.desk"
    label = "desk"

    def ready(self) -> None:
        from apps.desk import administrators, navigation  # noqa: F401 - both register themselves

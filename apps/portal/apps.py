"""Pages of enterprises, institutions, superior units and apprentices."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "apps.portal"
    label = "portal"

    def ready(self) -> None:
        from apps.portal import navigation  # noqa: F401 - registers itself

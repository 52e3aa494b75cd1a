"""Pages of enterprises, institutions, superior units and apprentices."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "apps.portal"
    label = "portal"

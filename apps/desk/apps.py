"""Pages of districts, the city, finance, auditors and administrators."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "apps.desk"
    label = "desk"

"""Pages that need no sign-in."""

from django.apps import AppConfig


class PublicConfig(AppConfig):
    name = "apps.public"
    label = "public"

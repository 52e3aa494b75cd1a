"""Ground: fen, the Beijing calendar, sealed fields, identifiers, files, jobs, errors."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "apps.core"
    label = "core"

"""`manage.py quote`: only the rooms that it needs, so that it answers at once and needs no engine."""

from config.settings.development import *  # noqa: F403

INSTALLED_APPS = ["apps.policy", "apps.catalogue", "apps.core", "pgtrigger"]

"""Settings of the simulator: those of the tests, with everything but the database inside the process."""

import os

from config.settings.test import *  # noqa: F403

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "faults"}}
MEDIA_ROOT = os.environ.get("TEST_MEDIA_ROOT") or MEDIA_ROOT  # noqa: F405
LOGGING = {"version": 1, "disable_existing_loggers": True}

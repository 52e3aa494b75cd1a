"""The test suite: the real engines, a database of its own, plain static files."""

import os

from config.settings.base import *  # noqa: F403
from config.settings.base import DATABASES, env

SECRET_KEY = "test-only-key-that-protects-nothing-at-all-0123456789abcdef"
FIELD_KEYS = "1:sm4:" + "11" * 32
DEMO_CITY = True
ALLOWED_HOSTS = ["*"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
DATABASES["default"]["CONN_MAX_AGE"] = 0
MEDIA_ROOT = env("TEST_MEDIA_ROOT", default=f"/tmp/shitu-test-media-{os.getuid()}")

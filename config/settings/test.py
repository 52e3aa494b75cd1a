"""The test suite: the real engines, a database of its own, plain static files."""

import hashlib
import os
import tempfile

from config.settings.base import *  # noqa: F403
from config.settings.base import BASE_DIR, CACHES, CELERY_BROKER_TRANSPORT_OPTIONS, DATABASES, env

SECRET_KEY = "test-only-key-that-protects-nothing-at-all-0123456789abcdef"  # noqa: S105
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

# Two checkouts, and the workers of one run, share the engines but neither rows nor keys.
_CHECKOUT = hashlib.sha256(str(BASE_DIR).encode()).hexdigest()[:6]
DATABASES["default"]["TEST"] = {"NAME": env("TEST_DB_NAME", default=f"test_shitu_{_CHECKOUT}")}
_WORKER = f"{DATABASES['default']['TEST']['NAME']}-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
CACHES["default"]["BACKEND"] = "tests.shared_redis.OwnKeysCache"
CACHES["default"]["KEY_PREFIX"] = f"test-{_WORKER}"
CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"] = f"broker-{_WORKER}:"
MEDIA_ROOT = env("TEST_MEDIA_ROOT", default=f"{tempfile.gettempdir()}/shitu-test-media-{os.getuid()}")

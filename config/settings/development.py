"""A developer's machine and the demo city: embedded engines, plain HTTP on loopback."""

from config.settings.base import *  # noqa: F403
from config.settings.base import env

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env("SECRET_KEY", default="development-only-key-that-protects-nothing-at-all-0123456789")
FIELD_KEYS = env("FIELD_KEYS", default="1:sm4:" + "11" * 32)
DEMO_CITY = env.bool("DEMO_CITY", default=True)
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008", "security.W012", "security.W016"]

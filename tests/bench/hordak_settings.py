"""django-hordak in a project of its own, for comparison; used by `hordak_peer` alone."""

import os

import environ

SECRET_KEY = "a peer that is only measured"
DATABASES = {"default": environ.Env.db_url_config(os.environ["PEER_DATABASE_URL"])}
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "mptt",
    "djmoney",
    "hordak",
]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = True
DEFAULT_CURRENCY = "CNY"
CURRENCIES = ["CNY"]
HORDAK_CURRENCIES = ["CNY"]
HORDAK_INTERNAL_CURRENCY = "CNY"

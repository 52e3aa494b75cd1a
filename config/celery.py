"""The Celery application; tasks are found in each app's `tasks.py`."""

import os

from celery import Celery

# This module loads before every entry point (config/__init__), so what it sets is what they get:
# a process that nobody told which settings to use takes the strict ones.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")

app = Celery("shitu")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

"""The Celery application; tasks are found in each app's `tasks.py`."""

import os
from typing import Any

from celery import Celery, Task
from celery.signals import worker_init

# This module loads before every entry point (config/__init__), so what it sets is what they get:
# a process that nobody told which settings to use takes the strict ones.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")


class CityTask(Task):
    """A task works for the whole city, also one that runs inside the request which asked for it."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        from apps.core import rls

        with rls.whole_city():
            return super().__call__(*args, **kwargs)


app = Celery("shitu", task_cls=CityTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def _collect_rarely(**_given: Any) -> None:
    """Before the pool is forked, so that its processes share what is loaded by then."""
    from apps.core.garbage import collect_rarely

    collect_rarely()

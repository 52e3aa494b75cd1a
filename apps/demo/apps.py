"""The demo city: invented people and enterprises, moved through the process by the real services."""

from django.apps import AppConfig
from django.conf import settings


class DemoConfig(AppConfig):
    name = "apps.demo"
    label = "demo"

    def ready(self) -> None:
        if settings.DEMO_CITY:
            from apps.core import clock
            from apps.demo.calendar import days_ahead

            clock.let_days_pass(days_ahead)

"""The demo city: invented people and enterprises, moved through the process by the real services."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "apps.demo"
    label = "demo"

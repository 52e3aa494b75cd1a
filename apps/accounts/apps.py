"""People, organisations, roles, scopes, declared access and the access log."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "apps.accounts"
    label = "accounts"

    def ready(self) -> None:
        from apps.accounts import invariants, sentences, signals  # noqa: F401 - they register themselves
        from apps.core import tones

        tones.register({"proposed": "info", "ended": "neutral"})

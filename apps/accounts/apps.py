"""People, organisations, roles, scopes, declared access and the access log."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "apps.accounts"
    label = "accounts"

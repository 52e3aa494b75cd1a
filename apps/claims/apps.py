"""One computed and explained line per apprentice; advance and remainder."""

from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    name = "apps.claims"
    label = "claims"

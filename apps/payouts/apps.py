"""Payment orders, release, payments recorded, recovery."""

from django.apps import AppConfig


class PayoutsConfig(AppConfig):
    name = "apps.payouts"
    label = "payouts"

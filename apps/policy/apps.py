"""Documents, dated parameters, calculators that explain themselves."""

from django.apps import AppConfig


class PolicyConfig(AppConfig):
    name = "apps.policy"
    label = "policy"

"""Pages of districts, the city, finance, auditors and administrators."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "apps.desk"
    label = "desk"

    def ready(self) -> None:
        from apps.accounts.enums import register_action
        from apps.desk import administrators, navigation  # noqa: F401 - both register themselves

        register_action("job_retried", _("Started background work again"))

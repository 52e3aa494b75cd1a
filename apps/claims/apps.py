"""One computed and explained line per apprentice; advance and remainder."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClaimsConfig(AppConfig):
    name = "apps.claims"
    label = "claims"
    verbose_name = _("Claims")


# Steps that another one takes: a movement of a statement, the release, the last fen, a correction, a class
# that its district settles.

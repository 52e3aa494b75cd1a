"""What this room tells the others: its kinds of case, its words, and what it has them ask."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import register_action
from apps.desk import administrators, navigation

register_action("job_retried", _("Started background work again"))

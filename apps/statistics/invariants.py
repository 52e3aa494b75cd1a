"""What dashboards show is what is there."""

from django.utils.translation import gettext_lazy as _

from apps.core.invariants import register
from apps.statistics.counting import DIFFERENCES

register(
    "S1",
    _("The counts of the dashboards equal the records"),
    DIFFERENCES,
    _(
        "A count that is kept differs from the records: "
        "run `rebuild_summaries` and find out who wrote past it."
    ),
)

"""Days that the State Council moved, beyond what the built-in calendar knows."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Holiday(models.Model):
    """One day that is a day off, or a weekend day that is worked; it wins over the built-in calendar.

    Next year's list is announced in November: whoever keeps the calendar enters it here.
    """

    day = models.DateField(_("Day"), primary_key=True)
    is_working = models.BooleanField(_("Worked"), default=False)
    name = models.CharField(_("Occasion"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("Day off or moved working day")
        verbose_name_plural = _("Days off and moved working days")
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day.isoformat()} {self.name}".strip()

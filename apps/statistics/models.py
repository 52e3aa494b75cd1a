"""Counts kept for dashboards: how many cases stand in which state, by district."""

from django.db import models


class StateCount(models.Model):
    """Folded counts; read together with the deltas that came since."""

    subject = models.CharField(max_length=48)
    district_code = models.CharField(max_length=6)
    state = models.CharField(max_length=32)
    count = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "district_code", "state"], name="state_count_once")
        ]


class StateDelta(models.Model):
    """What a statement changed; many writers add rows side by side, and a task folds them.

    One counter row per cell would let a long roster hold up everybody else in its district.
    """

    subject = models.CharField(max_length=48)
    district_code = models.CharField(max_length=6)
    state = models.CharField(max_length=32)
    count = models.BigIntegerField()

"""Runs with what they compared, differences with their history, corrections."""

from apps.reconciliation.models.breaks import Break, BreakEvent
from apps.reconciliation.models.correction import Correction
from apps.reconciliation.models.run import AccountBalance, Compared, Run

__all__ = ["AccountBalance", "Break", "BreakEvent", "Compared", "Correction", "Run"]

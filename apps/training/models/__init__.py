"""Sessions, attendance, disputes, assessment."""

from apps.training.models.assessment import Assessment
from apps.training.models.dispute import Dispute
from apps.training.models.session import Attendance, TrainingSession

__all__ = ["Assessment", "Attendance", "Dispute", "TrainingSession"]

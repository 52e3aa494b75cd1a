"""Classes, enrolment records and roster files."""

from apps.apprentices.models.enrolment import Enrolment
from apps.apprentices.models.mobile import MobileCorrection
from apps.apprentices.models.roster import RosterFile, RosterProblem
from apps.apprentices.models.seats import LineSeats
from apps.apprentices.models.status import StatusRecord
from apps.apprentices.models.training_class import TrainingClass

__all__ = [
    "Enrolment",
    "LineSeats",
    "MobileCorrection",
    "RosterFile",
    "RosterProblem",
    "StatusRecord",
    "TrainingClass",
]

"""Classes, enrolment records and roster files."""

from apps.apprentices.models.enrolment import Enrolment
from apps.apprentices.models.roster import RosterFile, RosterProblem
from apps.apprentices.models.training_class import TrainingClass

__all__ = ["Enrolment", "RosterFile", "RosterProblem", "TrainingClass"]

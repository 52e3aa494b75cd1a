"""Tables that every case shares."""

from apps.casework.models.case import Case, CaseQuerySet
from apps.casework.models.decision import Decision, Deficiency, Seat
from apps.casework.models.document import CaseDocument
from apps.casework.models.history import History
from apps.casework.models.message import Note, Notice
from apps.casework.models.paper import TwoPersonPaper, of_two_persons

__all__ = [
    "Case",
    "CaseDocument",
    "CaseQuerySet",
    "Decision",
    "Deficiency",
    "History",
    "Note",
    "Notice",
    "Seat",
    "TwoPersonPaper",
    "of_two_persons",
]

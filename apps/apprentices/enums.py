"""Words of classes, rosters and enrolment records."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ClassState(models.TextChoices):
    """Where a class stands: its roster is gathered, reviewed, then it trains and closes."""

    ROSTER = "roster", _("Registration open")
    DISTRICT_REVIEW = "district_review", _("Enrolment review by the district")
    RETURNED = "returned", _("Returned for correction")
    OPEN = "open", _("Class in training")
    COMPLETED = "completed", _("Class completed")
    CANCELLED = "cancelled", _("Class cancelled")


class EnrolmentState(models.TextChoices):
    """Where one apprentice's enrolment record (学籍) stands."""

    REGISTERED = "registered", _("On the roster")
    ENROLLED = "enrolled", _("Enrolled")
    SUSPENDED = "suspended", _("Training suspended")
    COMPLETED = "completed", _("Training completed")
    WITHDRAWN = "withdrawn", _("Left training")
    TRANSFERRED = "transferred", _("Transferred to another class")
    REMOVED = "removed", _("Removed from the roster")
    REFUSED = "refused", _("Enrolment refused")


class PostKind(models.TextChoices):
    """Why this person may be an apprentice (Beijing 2022-11, 2(1))."""

    NEW_HIRE = "new_hire", _("New hire")
    TRANSFERRED = "transferred", _("Transferred to a skilled post")
    CHOSEN = "chosen", _("Chosen by the enterprise")
    DISPATCHED = "dispatched", _("Dispatched worker in a skilled post")


class PersonStatus(models.TextChoices):
    """What the enterprise declares of the person.

    All but the first are codes of the policy parameter `exclusions`, which says which of them keep
    somebody from being an apprentice.
    """

    EMPLOYEE = "employee", _("Employee")
    PENSIONER = "receives_pension", _("Receives a pension")
    STUDENT = "full_time_student", _("Full-time student")
    PUBLIC_POST = "public_post", _("Holds an established public post")


class RosterState(models.TextChoices):
    """How far a roster file has come."""

    WAITING = "waiting", _("Waiting to be read")
    READING = "reading", _("Being read")
    DONE = "done", _("File read")
    REFUSED = "refused", _("File refused")


class StatusChange(models.TextChoices):
    """Changes of an enrolment record (学籍异动)."""

    SUSPEND = "suspend", _("Suspend training")
    RESUME = "resume", _("Resume training")
    TRANSFER = "transfer", _("Transfer to another class")
    WITHDRAW = "withdraw", _("Leave training")
    COMPLETE = "complete", _("Complete training")
    END_UNASSESSED = "end_unassessed", _("Ended without a result")


class ClassDocumentKind(models.TextChoices):
    """What is handed in with a class (Beijing 2022-11, 3(2)1 and part 5)."""

    TRAINING_AGREEMENT = "training_agreement", _("Training agreements with the apprentices")
    COOPERATION_AGREEMENT = "cooperation_agreement", _("Cooperation agreement with the institution")
    INSURANCE_PROOF = "insurance_proof", _("Proof of social insurance")
    OTHER = "other", _("Other document")


class EnrolmentDocumentKind(models.TextChoices):
    """What belongs to one apprentice's record."""

    TRAINING_AGREEMENT = "training_agreement", _("Training agreement")
    LABOUR_CONTRACT = "labour_contract", _("Labour contract")
    CHANGE_PROOF = "change_proof", _("Proof of a change of status")
    OTHER = "other", _("Other document")


LIVE_STATES = (EnrolmentState.REGISTERED, EnrolmentState.ENROLLED, EnrolmentState.SUSPENDED)
STANDING_STATES = (EnrolmentState.ENROLLED, EnrolmentState.SUSPENDED, EnrolmentState.COMPLETED)
# An enrolment in one of these states takes one of the seats of its plan line.
CONSUMING_STATES = (*LIVE_STATES, EnrolmentState.COMPLETED)
# Records that count as one of the year's subsidised trainings of a person: see `models/yearly.py`.
YEARLY_STATES = (*STANDING_STATES, EnrolmentState.WITHDRAWN)

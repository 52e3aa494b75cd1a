"""Verbs of classes, rosters and enrolment records. Import from here."""

from apps.apprentices.services.change_registration import change_registration
from apps.apprentices.services.change_status import (
    complete_enrolment,
    complete_enrolments,
    resume_enrolment,
    suspend_enrolment,
    transfer_enrolment,
    withdraw_enrolment,
)
from apps.apprentices.services.correct_mobile import correct_mobile
from apps.apprentices.services.open_class import open_class
from apps.apprentices.services.read_roster import read_roster
from apps.apprentices.services.record_agreement import record_agreement
from apps.apprentices.services.register import register_apprentice, register_apprentices
from apps.apprentices.services.remove_registration import remove_registration, remove_registrations
from apps.apprentices.services.review_class import (
    approve_class,
    cancel_class,
    complete_class,
    refuse_enrolment,
    return_class,
)
from apps.apprentices.services.submit_roster import submit_roster
from apps.apprentices.services.upload_roster import upload_roster

__all__ = [
    "approve_class",
    "cancel_class",
    "change_registration",
    "complete_class",
    "complete_enrolment",
    "complete_enrolments",
    "correct_mobile",
    "open_class",
    "read_roster",
    "record_agreement",
    "refuse_enrolment",
    "register_apprentice",
    "register_apprentices",
    "remove_registration",
    "remove_registrations",
    "resume_enrolment",
    "return_class",
    "submit_roster",
    "suspend_enrolment",
    "transfer_enrolment",
    "upload_roster",
    "withdraw_enrolment",
]

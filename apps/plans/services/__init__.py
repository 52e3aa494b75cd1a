"""One verb a file; pages, API and tasks call the same functions."""

from apps.plans.services.consent import give_consent, take_back_consent, withhold_consent
from apps.plans.services.consolidate import consolidate_plans
from apps.plans.services.countersign import countersign_plan, decline_plan
from apps.plans.services.create_plan import create_plan
from apps.plans.services.documents import attach_document, detach_document
from apps.plans.services.end_plan import end_plan, give_up_plan
from apps.plans.services.recheck import confirm_plan, refuse_plan, send_back_plan
from apps.plans.services.review import approve_plan, reject_plan, return_plan
from apps.plans.services.save_basics import save_basics
from apps.plans.services.save_courses import save_courses
from apps.plans.services.save_lines import save_lines
from apps.plans.services.save_mentors import save_mentors
from apps.plans.services.save_textbooks import save_textbooks
from apps.plans.services.submit_plan import submit_plan
from apps.plans.services.withdraw_plan import withdraw_plan

__all__ = [
    "approve_plan",
    "attach_document",
    "confirm_plan",
    "consolidate_plans",
    "countersign_plan",
    "create_plan",
    "decline_plan",
    "detach_document",
    "end_plan",
    "give_consent",
    "give_up_plan",
    "refuse_plan",
    "reject_plan",
    "return_plan",
    "save_basics",
    "save_courses",
    "save_lines",
    "save_mentors",
    "save_textbooks",
    "send_back_plan",
    "submit_plan",
    "take_back_consent",
    "withdraw_plan",
    "withhold_consent",
]

"""What this room tells the others: its kinds of case, its words, and what it has them ask."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.enums import register_action
from apps.apprentices import (
    invariants,
    sentences,
    services,
    set_up_invariants,
    tasks,
)
from apps.apprentices.ended_plan import cancel_rosters, classes_in_the_way
from apps.apprentices.enums import (
    LIVE_STATES,
    ClassDocumentKind,
    ClassState,
    EnrolmentDocumentKind,
    EnrolmentState,
    RosterState,
)
from apps.apprentices.partner_standing import PARTNER, partner_in_words, tell_partners
from apps.apprentices.review import QUESTIONS
from apps.apprentices.services.correct_mobile import CORRECTED
from apps.apprentices.services.upload_roster import READ_ROSTER
from apps.apprentices.transitions import CLASS_TRANSITIONS, ENROLMENT_TRANSITIONS
from apps.casework import dead_jobs, subjects, wording
from apps.core import tones
from apps.institutions.telling import also_tell
from apps.plans.services.end_plan import ends_with_plan, hold_ending


def corrected_in_words(notice: Any) -> str:
    """An apprentice reads that the enterprise replaced the mobile number."""
    about = {"after": notice.params["after"], "by": notice.params["by"]}
    return gettext("Your mobile number was corrected to %(after)s by %(by)s of your enterprise.") % about


def offers(_enrolment: Any, step: Any) -> bool:
    """Records are set up with their class, never one by one."""
    return step.action != "enrol"


def in_words(training_class: Any) -> str:
    """A class in a list: its name, its occupation and level."""
    line = training_class.line
    return str(training_class.name) if training_class.name == str(line) else f"{training_class.name} · {line}"


def takes_documents(enrolment: Any, actor: Any) -> bool:
    """The enterprise keeps a record's documents as long as the record lives."""
    return bool(actor.is_enterprise) and enrolment.state in LIVE_STATES


hold_ending(classes_in_the_way)
ends_with_plan(cancel_rosters)
also_tell(tell_partners)
subjects.register(
    subjects.Subject(
        label="apprentices.trainingclass",
        name=_("Class"),
        table=CLASS_TRANSITIONS,
        questions=QUESTIONS,
        portal_url="portal:class_detail",
        desk_url="desk:class_review",
        services={
            "submit": services.submit_roster,
            "approve": services.approve_class,
            "return": services.return_class,
            "complete": services.complete_class,
            "cancel": services.cancel_class,
        },
        summary=in_words,
        related=("line__occupation", "line__level"),
        document_kinds=ClassDocumentKind.choices,
    )
)
subjects.register(
    subjects.Subject(
        label="apprentices.enrolment",
        name=_("Enrolment record"),
        table=ENROLMENT_TRANSITIONS,
        portal_url="portal:enrolment_detail",
        desk_url="desk:enrolment_detail",
        services={
            "refuse": services.refuse_enrolment,
            "remove": services.remove_registration,
            "suspend": services.suspend_enrolment,
            "resume": services.resume_enrolment,
            "withdraw": services.withdraw_enrolment,
            "transfer": services.transfer_enrolment,
            "complete": services.complete_enrolment,
        },
        offers=offers,
        document_kinds=EnrolmentDocumentKind.choices,
        takes_documents=takes_documents,
    )
)
wording.say(CORRECTED, corrected_in_words)
wording.say(PARTNER, partner_in_words)
dead_jobs.shown_at(READ_ROSTER, portal="portal:roster_detail", key="roster_file")
register_action("person_searched", _("Searched for a person by ID number"))
register_action("roster_taken_away", _("Took away the rows of a roster to correct"))
tones.register(
    {
        RosterState.WAITING: "neutral",
        RosterState.READING: "info",
        RosterState.DONE: "good",
        RosterState.REFUSED: "bad",
        ClassState.ROSTER: "info",
        ClassState.DISTRICT_REVIEW: "info",
        ClassState.RETURNED: "warn",
        ClassState.COMPLETED: "good",
        ClassState.CANCELLED: "neutral",
        EnrolmentState.REGISTERED: "info",
        EnrolmentState.ENROLLED: "good",
        EnrolmentState.SUSPENDED: "warn",
        EnrolmentState.TRANSFERRED: "neutral",
    }
)
tones.register({ClassState.OPEN: "good"}, of="apprentices.trainingclass.state")
tones.register(
    {EnrolmentState.WITHDRAWN: "bad", EnrolmentState.REMOVED: "neutral"},
    of="apprentices.enrolment.state",
)

"""The main process as it is told to everyone, in the order of Beijing 2022-11, part 5."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Stage:
    """One step: who acts, what happens, what is decided and what has to be there."""

    who: Promise
    what: Promise
    decided: Promise
    needed: Promise


STAGES: tuple[Stage, ...] = (
    Stage(
        _("Superior unit"),
        _("Consent"),
        _("Whether the enterprise may apply."),
        _("An enterprise in good standing with a draft plan."),
    ),
    Stage(
        _("Enterprise and institution"),
        _("Application"),
        _("Occupations, levels, headcount, term, partner, teaching plan."),
        _("Teaching plan, mentors and teachers, textbooks, cooperation agreement, management rules."),
    ),
    Stage(
        _("District bureau"),
        _("District review"),
        _("Approve, return with every defect at once, or reject with the reason."),
        _("A complete application of an enterprise of the district."),
    ),
    Stage(
        _("City"),
        _("City recheck and consolidation"),
        _("Confirm for the whole city, or send back to the district."),
        _("The district's approval with its checklist."),
    ),
    Stage(
        _("Enterprise"),
        _("Registration of apprentices"),
        _("Who takes part; every row of the roster is judged alone."),
        _("ID number, contract of at least one year, social insurance in the city, a skilled post."),
    ),
    Stage(
        _("District bureau"),
        _("Enrolment review"),
        _("Who is enrolled under the plan."),
        _("One active enrolment per person; nobody who may not be an apprentice."),
    ),
    Stage(
        _("District bureau"),
        _("Enrolment record, class opens"),
        _("The enrolment number of each apprentice."),
        _("The training agreement and the cooperation agreement."),
    ),
    Stage(
        _("Enterprise"),
        _("Advance claim"),
        _("One computed line per apprentice, paid after two signatures."),
        _("A standing enrolment record and free budget."),
    ),
    Stage(
        _("Enterprise and institution"),
        _("Training"),
        _("Lessons and on-the-job sessions; hours become credits."),
        _("Attendance and evidence from both sides; the apprentice may dispute."),
    ),
    Stage(
        _("Institution"),
        _("Assessment"),
        _("Passed or failed, and the certificate."),
        _("The credits that the level asks for."),
    ),
    Stage(
        _("Enterprise"),
        _("Remainder claim"),
        _("What is still to be paid, or to be recovered."),
        _("Result and certificate data; the rest follows from the advance."),
    ),
)

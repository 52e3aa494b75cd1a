"""The way of an objection to a published line: examined by somebody who did not approve the claim."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.roles import Role
from apps.casework.transitions import Transition, TransitionTable
from apps.claims.enums import ObjectionState as S

EXAMINERS = frozenset({Role.DISTRICT_REVIEWER, Role.DISTRICT_SUPERVISOR})
TOLD = ("enterprise", "district", "supervisor")

OBJECTION_TRANSITIONS = TransitionTable(
    subject="claims.objection",
    initial=S.OPEN,
    working={S.OPEN: EXAMINERS},
    transitions=(
        Transition(
            "uphold",
            (S.OPEN,),
            S.UPHELD,
            _("Uphold the objection"),
            EXAMINERS,
            seat="examiner",
            reason_required=True,
            notify=TOLD,
            tone="danger",
        ),
        Transition(
            "dismiss",
            (S.OPEN,),
            S.DISMISSED,
            _("Dismiss the objection"),
            EXAMINERS,
            seat="examiner",
            reason_required=True,
            notify=TOLD,
            tone="success",
        ),
    ),
)

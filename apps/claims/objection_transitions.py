"""The way of an objection to a published line: examined by somebody who did not approve the claim.

What was decided by mistake is examined anew, as long as no signature rests on the decision.
"""

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
        # A chair of its own: who reopens neither took the decision nor takes the next one.
        Transition(
            "reopen",
            (S.UPHELD, S.DISMISSED),
            S.OPEN,
            _("Examine anew"),
            frozenset({Role.DISTRICT_SUPERVISOR}),
            seat="reopener",
            reason_required=True,
            deadline="deadline_review_days",
            notify=("district", "supervisor"),
            tone="warning",
        ),
    ),
)

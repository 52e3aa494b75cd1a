"""The way of an answer that the bank gave in writing: entered by one person of finance, signed by another."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.roles import Role
from apps.banking.enums import AnswerState as S
from apps.casework.transitions import Transition, TransitionTable

# It changes a claim, which a result file does for finance alone.
FINANCE = frozenset({Role.FINANCE_OFFICER})

ANSWER_TRANSITIONS = TransitionTable(
    subject="banking.writtenanswer",
    initial=S.DRAFT,
    working={S.DRAFT: FINANCE, S.SUBMITTED: FINANCE},
    transitions=(
        Transition(
            "submit",
            (S.DRAFT,),
            S.SUBMITTED,
            _("Hand on for the second signature"),
            FINANCE,
            seat="requester",
            notify=("district_finance",),
            tone="success",
        ),
        Transition(
            "sign",
            (S.SUBMITTED,),
            S.SIGNED,
            _("Sign: the bank has answered so"),
            FINANCE,
            seat="second_signer",
            money=True,
            notify=("supervisor", "district_finance"),
            tone="success",
        ),
        Transition(
            "refuse",
            (S.SUBMITTED,),
            S.REFUSED,
            _("Do not sign"),
            FINANCE,
            reason_required=True,
            notify=("district_finance",),
            tone="danger",
        ),
        Transition(
            "withdraw",
            (S.DRAFT, S.SUBMITTED),
            S.WITHDRAWN,
            _("Withdraw"),
            FINANCE,
            reason_required=True,
            tone="warning",
        ),
    ),
)

"""The way of a correction: written and handed on by one person, signed by another."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.roles import Role
from apps.casework.transitions import Transition, TransitionTable
from apps.reconciliation.enums import CorrectionState as S

FINANCE = frozenset({Role.FINANCE_OFFICER})
SIGNERS = frozenset({Role.FINANCE_OFFICER, Role.DISTRICT_SUPERVISOR, Role.CITY_OFFICER})

CORRECTION_TRANSITIONS = TransitionTable(
    subject="reconciliation.correction",
    initial=S.DRAFT,
    working={S.DRAFT: FINANCE, S.SUBMITTED: SIGNERS},
    transitions=(
        Transition(
            "submit",
            (S.DRAFT,),
            S.SUBMITTED,
            _("Hand on for the second signature"),
            FINANCE,
            seat="requester",
            notify=("supervisor", "district_finance"),
            tone="success",
        ),
        Transition(
            "sign",
            (S.SUBMITTED,),
            S.SIGNED,
            _("Sign and post the correction"),
            SIGNERS,
            seat="second_signer",
            money=True,
            notify=("district_finance",),
            tone="success",
        ),
        Transition(
            "refuse",
            (S.SUBMITTED,),
            S.REFUSED,
            _("Do not sign"),
            SIGNERS,
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

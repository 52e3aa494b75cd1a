"""The way of a correction: written and handed on by one person, signed by another."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.roles import Role
from apps.casework.enums import PaperState
from apps.casework.transitions import TransitionTable
from apps.casework.two_signatures import two_signatures

FINANCE = frozenset({Role.FINANCE_OFFICER})
SIGNERS = frozenset({Role.FINANCE_OFFICER, Role.DISTRICT_SUPERVISOR, Role.CITY_OFFICER})

CORRECTION_TRANSITIONS = TransitionTable(
    subject="reconciliation.correction",
    initial=PaperState.DRAFT,
    working={PaperState.DRAFT: FINANCE, PaperState.SUBMITTED: SIGNERS},
    transitions=two_signatures(
        writers=FINANCE,
        signers=SIGNERS,
        signature=_("Sign and post the correction"),
        tell_signers=("supervisor", "district_finance"),
        tell_writers=("district_finance",),
    ),
)

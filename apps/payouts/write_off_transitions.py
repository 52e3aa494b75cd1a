"""The way of a write-off: requested by one person, signed by another."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.roles import Role
from apps.casework.enums import PaperState
from apps.casework.transitions import TransitionTable
from apps.casework.two_signatures import two_signatures

FINANCE = frozenset({Role.FINANCE_OFFICER})
SIGNERS = frozenset({Role.DISTRICT_SUPERVISOR, Role.CITY_OFFICER})

WRITE_OFF_TRANSITIONS = TransitionTable(
    subject="payouts.recoverywriteoff",
    initial=PaperState.DRAFT,
    working={PaperState.DRAFT: FINANCE, PaperState.SUBMITTED: SIGNERS},
    transitions=two_signatures(
        writers=FINANCE,
        signers=SIGNERS,
        signature=_("Sign the write-off and post it"),
        tell_signers=("supervisor",),
        tell_writers=("district_finance",),
    ),
)

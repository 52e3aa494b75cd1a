"""The way of an instalment agreement: asked for by one person, signed by another, kept or broken."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.roles import Role
from apps.casework.transitions import Transition, TransitionTable
from apps.casework.two_signatures import two_signatures
from apps.payouts.enums import AgreementState as S

ASKERS = frozenset({Role.FINANCE_OFFICER, Role.ENTERPRISE_OPERATOR})
SIGNERS = frozenset({Role.DISTRICT_SUPERVISOR, Role.CITY_OFFICER})
ALL = ("enterprise", "district_finance", "supervisor")

AGREEMENT_TRANSITIONS = TransitionTable(
    subject="payouts.instalmentagreement",
    initial=S.DRAFT,
    working={S.SUBMITTED: SIGNERS},
    transitions=(
        *two_signatures(
            writers=ASKERS,
            signers=SIGNERS,
            signature=_("Sign the instalment agreement"),
            signed=S.IN_FORCE,
            tell_signers=("supervisor", "district_finance"),
            tell_writers=("enterprise", "district_finance"),
            tell_when_withdrawn=("enterprise", "district_finance"),
        ),
        Transition(
            "end",
            (S.IN_FORCE,),
            S.ENDED,
            _("Nothing is open any more"),
            system=True,
            notify=("enterprise", "district_finance"),
            tone="success",
        ),
        Transition(
            "break",
            (S.IN_FORCE,),
            S.BROKEN,
            _("An instalment was missed"),
            system=True,
            notify=ALL,
            tone="danger",
        ),
        # A receipt by which it was fulfilled was undone.
        Transition(
            "resume",
            (S.ENDED,),
            S.IN_FORCE,
            _("Something is open again"),
            system=True,
            notify=ALL,
            tone="warning",
        ),
        # It was agreed over what a receipt had left, and that receipt was undone.
        Transition(
            "lapse",
            (S.IN_FORCE,),
            S.LAPSED,
            _("More is open than it was agreed over"),
            system=True,
            notify=ALL,
            tone="warning",
        ),
    ),
)

"""The way of an answer that the bank gave in writing: entered by one person of finance, signed by another."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.roles import Role
from apps.banking.enums import AnswerState as S
from apps.casework.transitions import TransitionTable
from apps.casework.two_signatures import two_signatures

# It changes a claim, which a result file does for finance alone.
FINANCE = frozenset({Role.FINANCE_OFFICER})

ANSWER_TRANSITIONS = TransitionTable(
    subject="banking.writtenanswer",
    initial=S.DRAFT,
    working={S.DRAFT: FINANCE, S.SUBMITTED: FINANCE},
    transitions=two_signatures(
        writers=FINANCE,
        signers=FINANCE,
        signature=_("Sign: the bank has answered so"),
        tell_signers=("district_finance",),
        tell_writers=("district_finance",),
        tell_when_signed=("supervisor", "district_finance"),
    ),
)

"""The way of a paper of money: one person writes it and hands it on, another signs it.

Requests for a budget, write-offs, corrections, instalment agreements and the bank's answers in writing go
this way. The four steps stand here once; each kind says who may, who is told, and what a signature does.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.accounts.roles import Role
from apps.casework.enums import PaperState
from apps.casework.transitions import Transition


def two_signatures(
    *,
    writers: frozenset[Role],
    signers: frozenset[Role],
    signature: str | Promise,
    tell_signers: tuple[str, ...],
    tell_writers: tuple[str, ...],
    signed: str = PaperState.SIGNED,
    tell_when_signed: tuple[str, ...] | None = None,
    tell_when_withdrawn: tuple[str, ...] = (),
) -> tuple[Transition, ...]:
    """The steps submit, sign, refuse and withdraw of such a paper.

    `signature` is the label of the second signature, and `signed` the state that it leads to.
    `tell_signers` hear of what waits for them, `tell_writers` of what was signed or refused;
    `tell_when_signed` replaces the latter where a signature concerns more people.
    """
    return (
        Transition(
            "submit",
            (PaperState.DRAFT,),
            PaperState.SUBMITTED,
            _("Hand on for the second signature"),
            writers,
            seat="requester",
            notify=tell_signers,
            tone="success",
        ),
        Transition(
            "sign",
            (PaperState.SUBMITTED,),
            signed,
            signature,
            signers,
            seat="second_signer",
            money=True,
            notify=tell_writers if tell_when_signed is None else tell_when_signed,
            tone="success",
        ),
        Transition(
            "refuse",
            (PaperState.SUBMITTED,),
            PaperState.REFUSED,
            _("Do not sign"),
            signers,
            reason_required=True,
            notify=tell_writers,
            tone="danger",
        ),
        Transition(
            "withdraw",
            (PaperState.DRAFT, PaperState.SUBMITTED),
            PaperState.WITHDRAWN,
            _("Withdraw"),
            writers,
            reason_required=True,
            notify=tell_when_withdrawn,
            tone="warning",
        ),
    )

"""One computed and explained line per apprentice; advance and remainder."""

from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.core.money import yuan


class ClaimsConfig(AppConfig):
    name = "apps.claims"
    label = "claims"
    verbose_name = _("Claims")

    def ready(self) -> None:
        from apps.apprentices.services.change_status import hold_changes
        from apps.casework import subjects
        from apps.claims import invariants  # noqa: F401 - they declare themselves
        from apps.claims.ended_plan import claims_in_the_way
        from apps.claims.services import renew_account, review_claim, sign_claim, submit_claim
        from apps.claims.settled import settled_records_stay
        from apps.claims.transitions import CLAIM_TRANSITIONS
        from apps.plans.services.end_plan import hold_ending

        hold_changes(settled_records_stay)
        hold_ending(claims_in_the_way)
        subjects.register(
            subjects.Subject(
                label="claims.claim",
                name=_("Claim"),
                table=CLAIM_TRANSITIONS,
                portal_url="portal:claim_detail",
                desk_url="desk:claim_review",
                services={
                    "submit": submit_claim.submit_claim,
                    "withdraw": submit_claim.withdraw_claim,
                    "approve": review_claim.approve_claim,
                    "return": review_claim.return_claim,
                    "reject": review_claim.reject_claim,
                    "send_back": review_claim.send_back_claim,
                    "sign": sign_claim.sign_claim,
                    "present_account": renew_account.present_account,
                    "sign_account": renew_account.sign_account,
                },
                offers=offers,
                summary=in_a_few_words,
                amount=net_fen,
            )
        )


def in_a_few_words(claim: Any) -> str:
    """Which instalment, for how many, and what it comes to."""
    text = ngettext(
        "%(kind)s, %(count)s apprentice, %(net)s yuan",
        "%(kind)s, %(count)s apprentices, %(net)s yuan",
        claim.line_count,
    )
    return text % {
        "kind": claim.get_kind_display(),
        "count": claim.line_count,
        "net": yuan(claim.net_fen),
    }


def net_fen(claim: Any) -> int:
    """What the claim comes to, in fen."""
    return int(claim.net_fen)


# Steps that another one takes: a movement of a statement, the release, the last fen, a correction.
_BY_ITSELF = frozenset(
    {"record_return", "undo_return", "set_off", "settle", "undo_receipt", "undo_late_receipt"}
)


def offers(claim: Any, step: Any) -> bool:
    """Of the three signatures the one that fits the claim's sum; a new account where there is one."""
    if step.action in _BY_ITSELF:
        return False
    if step.action == "present_account":
        from apps.claims.services.renew_account import new_account

        return new_account(claim) is not None
    signatures = {
        "sign": claim.net_fen > 0,
        "sign_recovery": claim.net_fen < 0,
        "sign_settled": claim.net_fen == 0,
    }
    return signatures.get(step.action, True)

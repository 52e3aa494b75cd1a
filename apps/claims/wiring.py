"""What this room tells the others: its kinds of case, its words, and what it has them ask."""

from operator import attrgetter
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from apps.apprentices.services.change_status import hold_changes
from apps.casework import subjects, wording
from apps.claims import invariants, notice_invariants, sentences
from apps.claims.checklist import QUESTIONS
from apps.claims.ended_plan import claims_in_the_way
from apps.claims.objection_transitions import OBJECTION_TRANSITIONS
from apps.claims.services import (
    decide_objection,
    publish_claim,
    raise_objection,
    renew_account,
    reopen_objection,
    review_claim,
    revoke_claim,
    sign_claim,
    submit_claim,
    tell_ended,
)
from apps.claims.settled import settled_records_stay
from apps.claims.transitions import CLAIM_TRANSITIONS
from apps.core import tones
from apps.core.money import yuan
from apps.plans.services.end_plan import hold_ending


def in_a_few_words(claim: Any) -> str:
    """Which instalment, for how many, and what it comes to."""
    if claim.net_fen < 0:
        text = ngettext(
            "%(kind)s, %(count)s apprentice, %(net)s yuan to repay",
            "%(kind)s, %(count)s apprentices, %(net)s yuan to repay",
            claim.line_count,
        )
    else:
        text = ngettext(
            "%(kind)s, %(count)s apprentice, %(net)s yuan",
            "%(kind)s, %(count)s apprentices, %(net)s yuan",
            claim.line_count,
        )
    return text % {
        "kind": claim.get_kind_display(),
        "count": claim.line_count,
        "net": yuan(abs(claim.net_fen)),
    }


def objection_in_a_few_words(objection: Any) -> str:
    """Which line of which claim."""
    return gettext("Line %(position)s of claim %(claim)s") % {
        "position": objection.line.position,
        "claim": objection.claim.number,
    }


def published_in_words(notice: Any) -> str:
    """What is published of which claim, and until when."""
    text = ngettext(
        "Claim %(claim)s is published (%(number)s, %(people)s apprentice) until %(day)s, then signed.",
        "Claim %(claim)s is published (%(number)s, %(people)s apprentices) until %(day)s, then signed.",
        notice.params["people"],
    )
    return text % {
        "claim": notice.params["name"],
        "number": notice.params["number"],
        "people": notice.params["people"],
        "day": notice.params["until"],
    }


def ended_in_words(notice: Any) -> str:
    """Which claim can be signed now."""
    about = {"number": notice.params["number"], "claim": notice.params["name"]}
    return gettext("Public notice %(number)s is over: claim %(claim)s can be signed.") % about


def raised_in_words(notice: Any) -> str:
    """That somebody objected, and to a line of which claim."""
    about = {"number": notice.params["name"], "claim": notice.params["claim"]}
    return gettext("Objection %(number)s to a line of claim %(claim)s came in. It is to be examined.") % about


def held_in_words(notice: Any) -> str:
    """Which line waits."""
    text = gettext(
        "Line %(position)s of the public notice of claim %(claim)s is held: somebody objected. The district "
        "examines it; the other lines go on."
    )
    return text % {"position": notice.params["position"], "claim": notice.params["name"]}


def reopened_in_words(notice: Any) -> str:
    """Which line waits once more."""
    text = gettext(
        "Line %(position)s of the public notice of claim %(claim)s is held again: the objection that was "
        "decided is examined anew. The other lines go on."
    )
    return text % {"position": notice.params["position"], "claim": notice.params["name"]}


_BY_ITSELF = frozenset(
    {
        "record_return",
        "undo_return",
        "set_off",
        "settle",
        "undo_receipt",
        "undo_late_receipt",
        "propose",
        "lapse",
    }
)


def offers(claim: Any, step: Any) -> bool:
    """Of the three signatures the one that fits the claim's sum; a new account where there is one.

    What the district made itself is not returned to anybody, and what was released once is not revoked.
    """
    if step.action in _BY_ITSELF or (step.action == "return" and claim.by_office):
        return False
    if step.action == "revoke":
        from apps.claims.services.revoke_claim import was_released

        return not was_released(claim)
    if step.action == "present_account":
        from apps.claims.services.renew_account import new_account

        return new_account(claim) is not None
    signatures = {
        "sign": claim.net_fen > 0,
        "sign_recovery": claim.net_fen < 0,
        "sign_settled": claim.net_fen == 0,
    }
    return signatures.get(step.action, True)


hold_changes(settled_records_stay)
hold_ending(claims_in_the_way)
subjects.register(
    subjects.Subject(
        label="claims.claim",
        name=_("Claim"),
        table=CLAIM_TRANSITIONS,
        questions=QUESTIONS,
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
            "revoke": revoke_claim.revoke_claim,
            "present_account": renew_account.present_account,
            "sign_account": renew_account.sign_account,
            "refuse_account": renew_account.refuse_account,
        },
        offers=offers,
        summary=in_a_few_words,
        amount=attrgetter("net_fen"),
    )
)
subjects.register(
    subjects.Subject(
        label="claims.objection",
        name=_("Objection"),
        table=OBJECTION_TRANSITIONS,
        desk_url="desk:objection",
        services={
            "uphold": decide_objection.uphold_objection,
            "dismiss": decide_objection.dismiss_objection,
            "reopen": reopen_objection.reopen_objection,
        },
        offers=reopen_objection.offers,
        summary=objection_in_a_few_words,
        related=("claim", "line"),
    )
)
wording.say(publish_claim.PUBLISHED, published_in_words)
wording.say(tell_ended.ENDED, ended_in_words)
wording.say(raise_objection.RAISED, raised_in_words)
wording.say(raise_objection.HELD, held_in_words)
wording.say(reopen_objection.REOPENED, reopened_in_words)
tones.register(
    {
        "second_signature": "info",
        "payee_signature": "warn",
        "recovering": "warn",
        "settled": "good",
    }
)
# An objection that is upheld takes the line out of the claim.
tones.register({"open": "warn", "upheld": "bad", "dismissed": "good"}, of="claims.objection.state")

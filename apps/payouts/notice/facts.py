"""What a recovery notice says: gathered once, when it is issued, and never again."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from apps.claims.models import Claim
from apps.payouts.models import Recovery, RecoveryNotice

CONTENT_VERSION = 1


@dataclass(frozen=True)
class PayTo:
    """The treasury's account into which money comes back."""

    name: str
    number: str
    bank: str


FindAccount = Callable[[str], int | None]
ReadAccount = Callable[[int], PayTo | None]
_source: list[tuple[FindAccount, ReadAccount]] = []


def accounts_come_from(find: FindAccount, read: ReadAccount) -> None:
    """Let a higher floor say which account a district's money goes to (a key), and what a key stands for."""
    _source[:] = [(find, read)]


def pay_to(facts: Mapping[str, Any]) -> PayTo | None:
    """The account that the notice names; None where none was known when it was issued."""
    key = facts["account"]
    return _source[0][1](key) if _source and key is not None else None


def fix_notice(recovery: Recovery) -> RecoveryNotice:
    """The notice's facts; written down at the first call, the same row ever after."""
    found = notice_of(recovery)
    if found._state.adding:
        known = {"facts": found.facts, "sha256": found.sha256}
        found, _created = RecoveryNotice.objects.get_or_create(recovery=recovery, defaults=known)
    return found


def notice_of(recovery: Recovery) -> RecoveryNotice:
    """The notice as it was written down; for one issued before that was done, what it says today, unsaved.

    Who only reads writes nothing.
    """
    found = RecoveryNotice.objects.filter(recovery=recovery).first()
    if found is not None:
        return found
    facts = _gather(recovery)
    return RecoveryNotice(recovery=recovery, facts=facts, sha256=digest(facts))


def digest(facts: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the facts, whatever order their keys have."""
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def day_of(facts: Mapping[str, Any], name: str) -> date:
    """A day among the facts."""
    return date.fromisoformat(facts[name])


def _gather(recovery: Recovery) -> dict[str, Any]:
    claim = (
        Claim.objects.select_related(
            "training_class__line__occupation", "training_class__line__level", "policy_document", "district"
        )
        .filter(pk=recovery.claim_id)
        .get()
    )
    organisation = recovery.enterprise.organisation
    training_class, document = claim.training_class, claim.policy_document
    line = training_class.line
    return {
        "version": CONTENT_VERSION,
        "number": recovery.number,
        "issued_on": recovery.issued_on.isoformat(),
        "due_on": (recovery.first_due_on or recovery.due_on).isoformat(),
        "amount_fen": recovery.amount_fen,
        "pay_fen": claim.pay_fen,
        "recover_fen": claim.recover_fen,
        "claim": claim.number,
        "class": training_class.name,
        "occupation": {"zh": line.occupation.name, "en": line.occupation.name_en},
        "level": {"zh": line.level.name, "en": line.level.name_en},
        "enterprise": {"name": organisation.name, "uscc": organisation.uscc},
        "district": {"zh": claim.district.name, "en": claim.district.name_en},
        "document": {"number": document.number, "zh": document.title, "en": document.title_en},
        "account": _source[0][0](claim.district_id) if _source else None,
        "lines": _lines(claim),
    }


def _lines(claim: Claim) -> list[dict[str, Any]]:
    rows = claim.lines.filter(amount_fen__lt=0, voided_at=None).select_related(
        "enrolment__person", "calculation"
    )
    return [
        {
            "enrolment": row.enrolment.number,
            "name": row.enrolment.person.name,
            "advance_fen": row.advance_fen,
            "due_fen": row.due_fen,
            "amount_fen": -row.amount_fen,
            "reason": row.calculation.snapshot["facts"].get("result") or "",
            "article": _article(row.calculation.snapshot),
        }
        for row in rows.order_by("id")
    ]


def _article(snapshot: Mapping[str, Any]) -> str:
    """Where the document says what share is due, which is what makes the advance come back."""
    articles = {step["code"]: step["article"] for step in snapshot["steps"]}
    return str(articles.get("share") or articles.get("recovery") or "")

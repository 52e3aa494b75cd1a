"""Corrections: write and hand on with a document, sign and post, refuse, withdraw."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.banking.models import PayingAccount, StatementLine, StatementMatch
from apps.casework.acting import acting
from apps.casework.engine import Opinion, fire
from apps.casework.services.documents import add_document
from apps.core.errors import Conflict, Forbidden, InvalidInput, NotFound, Problem, Refused
from apps.core.money import yuan
from apps.core.numbering import next_number
from apps.payouts.models import Recovery
from apps.reconciliation.checks import IN_SUSPENSE, missing_for_correction
from apps.reconciliation.enums import FITTING, BreakState, CorrectionKind
from apps.reconciliation.models import Break, Correction
from apps.reconciliation.services.effects import post_correction
from apps.reconciliation.transitions import CORRECTION_TRANSITIONS

DOCUMENT = "correction_document"


@dataclass(frozen=True)
class Wanted:
    """What is asked for; which of the keys are needed depends on the kind.

    `district` only where the difference is on an account of the city: it is booked in that district.
    `amount_fen` only for a part of an opening balance, where several funds lie on the account: the rest
    stays a difference, and is booked for another fund.
    """

    kind: str
    document: str
    explanation: str
    fund: str = ""
    district: str = ""
    transaction: int | None = None
    item: int | None = None
    recovery: int | None = None
    amount_fen: int | None = None


def request_correction(
    actor: Actor, difference: Break, wanted: Wanted, *, upload: Any, on: date
) -> Correction:
    """Write a correction with its document and hand it on; another person signs.

    Raises `Forbidden` for anybody but finance, `NotFound` for a difference of others, `InvalidInput` for a
    kind that does not fit or what is missing, `Conflict` where another correction is under way.
    """
    if actor.role != Role.FINANCE_OFFICER or actor.person_id is None:
        raise Forbidden(_("Finance corrects differences."), code="not_your_step")
    try:
        with transaction.atomic():
            rows = Break.objects.visible_to(actor).filter(pk=difference.pk)
            locked = rows.select_for_update(of=("self",)).first()
            if locked is None:
                raise NotFound(_("There is no such difference, or it is not yours."), code="no_such_break")
            _require_sound(locked, wanted, upload)
            with acting(actor, "create"):
                correction = _create(locked, wanted, actor.person_id, on)
            title = wanted.document.strip()
            add_document(actor, correction, kind=DOCUMENT, upload=upload, title=title)
            return submit_correction(actor, correction, on=on)
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
        if constraint != "one_correction_under_way":
            raise
        raise under_way() from error


def request_undoing(
    actor: Actor, line: StatementLine, wanted: Wanted, *, upload: Any, on: date
) -> Correction:
    """Write that a movement was matched wrongly, with its document, and hand it on; another person signs.

    Raises `Forbidden` for anybody but finance, `NotFound` for a movement of others, `InvalidInput` for what
    is missing, `Refused` where something was built upon it or another correction of it is under way.
    """
    if actor.role != Role.FINANCE_OFFICER or actor.person_id is None:
        raise Forbidden(_("Finance corrects differences."), code="not_your_step")
    visible = StatementLine.objects.filter(paying_account__in=PayingAccount.objects.visible_to(actor))
    rows = visible.select_related(
        "match__returned", "match__receipt__recovery", "match__transaction", "match__entry__order"
    )
    locked = rows.filter(pk=line.pk).first()
    match = getattr(locked, "match", None)
    if locked is None or match is None or undoing(match) is None:
        raise NotFound(_("There is no such movement."), code="no_such_line")
    about = _about(actor, match)
    problems = list(papers_missing(wanted, upload))
    if wanted.kind != undoing(match):
        message = _("This kind of correction does not fit the difference.")
        problems.append(Problem("kind", message, field="kind"))
    if problems:
        raise InvalidInput(problems=problems)
    try:
        with transaction.atomic():
            with acting(actor, "create"):
                correction = Correction.objects.create(
                    number=next_number(Correction, "GZ", on),
                    kind=wanted.kind,
                    amount_fen=abs(locked.amount_fen),
                    line=locked,
                    **about,
                    paying_account_id=locked.paying_account_id,
                    document=wanted.document.strip(),
                    explanation=wanted.explanation.strip(),
                    requested_by_id=actor.person_id,
                )
            add_document(actor, correction, kind=DOCUMENT, upload=upload, title=wanted.document.strip())
            return submit_correction(actor, correction, on=on)
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") != "one_undoing_under_way":
            raise
        raise under_way() from error


def undoing(match: StatementMatch) -> CorrectionKind | None:
    """The correction that undoes a match which differs from nothing; None where there is none."""
    if match.receipt_id is not None:
        return CorrectionKind.UNDO_RECEIPT
    if match.returned_id is not None:
        return CorrectionKind.UNDO_RETURN
    # A payment under another serial number than the bank answered with: words said so, or a person.
    if match.entry is not None and not match.rule and match.entry.bank_serial != match.line.bank_serial:
        return CorrectionKind.UNDO_MATCH
    # Money in suspense leaves it by a correction of its item.
    if match.transaction is not None and match.transaction.kind not in IN_SUSPENSE:
        return CorrectionKind.UNDO_MATCH
    return None


def _about(actor: Actor, match: StatementMatch) -> dict[str, Any]:
    """What the movement was taken for. Raises `NotFound` for a notice or a posting of another district."""
    if match.returned is not None:
        return {"order": match.returned, "district_id": match.returned.district_id}
    if match.entry is not None:
        order = match.entry.order
        if actor.district_code not in (None, order.district_id):
            raise NotFound(_("There is no such movement."), code="no_such_line")
        return {"order": order, "district_id": order.district_id}
    if match.transaction is not None:
        leg = match.transaction.legs.filter(account="cash").order_by("position").first()
        district = leg.district_code if leg else ""
        if actor.district_code not in (None, district):
            raise NotFound(_("There is no such movement."), code="no_such_line")
        return {"transaction": match.transaction, "district_id": district}
    recovery = Recovery.objects.visible_to(actor).filter(receipts=match.receipt_id or 0).first()
    if recovery is None:
        raise NotFound(_("There is no such movement."), code="no_such_line")
    return {"receipt": match.receipt, "recovery": recovery, "district_id": recovery.district_id}


def submit_correction(
    actor: Actor, correction: Correction, *, on: date, opinion: Opinion | None = None
) -> Correction:
    """Hand a correction on for the second signature. Raises what `fire` raises."""
    return fire(
        CORRECTION_TRANSITIONS,
        correction,
        "submit",
        actor,
        on=on,
        opinion=opinion,
        guard=missing_for_correction,
    )


def sign_correction(
    actor: Actor, correction: Correction, *, on: date, opinion: Opinion | None = None
) -> Correction:
    """The second signature: the correction is posted, and its difference is closed by it.

    Raises `Refused` for who wrote it and for what no longer fits, and what the posting raises.
    """

    def effect(locked: Correction) -> list[str]:
        locked.posted = post_correction(locked, actor, on)
        locked.signed_by_id, locked.signed_on = actor.person_id, on
        if locked.difference_id is None:
            return ["posted", "signed_by", "signed_on"]
        with acting(actor, "correct", locked.number):
            Break.objects.filter(pk=locked.difference_id).update(
                state=BreakState.CORRECTED, rule="", closed_on=on
            )
        return ["posted", "signed_by", "signed_on"]

    return fire(
        CORRECTION_TRANSITIONS,
        correction,
        "sign",
        actor,
        on=on,
        opinion=opinion,
        guard=_missing_at_signature,
        effect=effect,
    )


def refuse_correction(
    actor: Actor, correction: Correction, *, on: date, opinion: Opinion | None = None
) -> Correction:
    """Not signed, with the reason."""
    return fire(CORRECTION_TRANSITIONS, correction, "refuse", actor, on=on, opinion=opinion)


def withdraw_correction(
    actor: Actor, correction: Correction, *, on: date, opinion: Opinion | None = None
) -> Correction:
    """Taken back by finance, with the reason."""
    return fire(CORRECTION_TRANSITIONS, correction, "withdraw", actor, on=on, opinion=opinion)


def _missing_at_signature(correction: Correction, actor: Actor) -> Any:
    # A run that closes the difference at this moment waits, or has closed it.
    if correction.difference_id is not None:
        Break.objects.select_for_update(of=("self",)).get(pk=correction.difference_id)
    return missing_for_correction(correction, actor)


def _create(difference: Break, wanted: Wanted, person: int, on: date) -> Correction:
    line = difference.line
    receipt = difference.receipt if wanted.kind == CorrectionKind.UNDO_RECEIPT else None
    # What a kind does not choose is what the difference names: nobody reverses or clears anything else.
    chosen = wanted.transaction if wanted.kind == CorrectionKind.POSTING else difference.transaction_id
    recovery = wanted.recovery if wanted.kind == CorrectionKind.CLEAR else None
    return Correction.objects.create(
        number=next_number(Correction, "GZ", on),
        district_id=difference.district_id or wanted.district,
        kind=wanted.kind,
        difference=difference,
        fund_id=wanted.fund or None,
        amount_fen=_amount_of(difference, wanted),
        line=line,
        order_id=difference.order_id,
        transaction_id=chosen,
        item_id=wanted.item if wanted.kind == CorrectionKind.PAY_BACK else difference.item_id,
        recovery_id=receipt.recovery_id if receipt else recovery,
        receipt=receipt,
        paying_account_id=difference.paying_account_id or (line.paying_account_id if line else None),
        document=wanted.document.strip(),
        explanation=wanted.explanation.strip(),
        requested_by_id=person,
    )


def _amount_of(difference: Break, wanted: Wanted) -> int:
    if wanted.kind == CorrectionKind.OPENING and wanted.amount_fen is not None:
        return wanted.amount_fen
    if wanted.kind in (CorrectionKind.OPENING, CorrectionKind.REPOST):
        return abs(difference.amount_fen) or abs(difference.ours_fen)
    if difference.line is not None:
        return abs(difference.line.amount_fen)
    return max(abs(difference.ours_fen), abs(difference.theirs_fen))


def _require_sound(difference: Break, wanted: Wanted, upload: Any) -> None:
    if not difference.stands:
        raise Conflict(_("This difference is closed already."), code="wrong_state")
    if difference.corrections.filter(state__in=["draft", "submitted"]).exists():
        raise under_way()
    problems = []
    if wanted.kind not in FITTING.get(difference.kind, ()):
        message = _("This kind of correction does not fit the difference.")
        problems.append(Problem("kind", message, field="kind"))
    problems += papers_missing(wanted, upload)
    whole = abs(difference.amount_fen)
    if wanted.amount_fen is not None and not 0 < wanted.amount_fen <= whole:
        message = _("The balances differ by %(whole)s yuan: no more than that is booked as opening balance.")
        problems.append(Problem("amount", message % {"whole": yuan(whole)}, field="amount"))
    if not (difference.district_id or wanted.district):
        message = _("The account is the city's: choose the district in which it is booked.")
        problems.append(Problem("district_missing", message, field="district"))
    if problems:
        raise InvalidInput(problems=problems)


def papers_missing(wanted: Wanted, upload: Any) -> Iterator[Problem]:
    """What every correction comes with."""
    for name, message in (
        ("document", _("Name the document that explains it.")),
        ("explanation", _("Say in a sentence what happened.")),
    ):
        if not getattr(wanted, name).strip():
            yield Problem(f"{name}_missing", message, field=name)
    if upload is None:
        message = _("Hand in the document that explains it.")
        yield Problem("document_missing", message, field="file")


def under_way() -> Refused:
    """The refusal of a second correction beside one that waits."""
    return Refused(
        _("A correction of this difference waits for its signature already."), code="correction_under_way"
    )

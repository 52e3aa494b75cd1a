"""The bank answers one payment in writing (银行书面答复): enter, sign and take effect, refuse, withdraw."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.banking.answer_transitions import ANSWER_TRANSITIONS
from apps.banking.enums import AnswerState, BatchState, EntryState
from apps.banking.formats.contents import Outcome, ResultLine
from apps.banking.models import BatchEntry, PaymentBatch, WrittenAnswer
from apps.banking.services.answering import answer_entries, apply_answer, go_on
from apps.banking.services.build_batch import lock_batch
from apps.casework.acting import acting
from apps.casework.engine import Opinion, fire
from apps.casework.models import CaseDocument
from apps.casework.services.documents import add_document
from apps.core import failpoints, rls
from apps.core.errors import Conflict, Forbidden, InvalidInput, Problem
from apps.core.numbering import next_number
from apps.payouts.models import PaymentOrder

DOCUMENT = "bank_letter"
OPEN = (AnswerState.DRAFT, AnswerState.SUBMITTED)


@dataclass(frozen=True, slots=True)
class Letter:
    """What the bank's letter says: `outcome` paid, with day and serial number, or failed, with the reason.

    `document` names the letter.
    """

    outcome: str
    document: str
    paid_on: date | None = None
    bank_serial: str = ""
    reason: str = ""


def enter_answer(actor: Actor, entry: BatchEntry, letter: Letter, *, upload: Any, on: date) -> WrittenAnswer:
    """Enter what the bank says in writing of a payment that it has not answered; another person signs.

    `upload` is the letter. Raises `Forbidden` for anybody but finance, `NotFound` for a payment of others,
    `InvalidInput` for what is missing, `Conflict` while another letter on it is under way, `Refused` for a
    payment that does not wait for an answer of the bank, or for a serial number that counts elsewhere.
    """
    if actor.role != Role.FINANCE_OFFICER or actor.person_id is None:
        raise Forbidden(_("Finance enters what the bank answers."), code="not_your_step")
    with transaction.atomic():
        batch = lock_batch(actor, entry.batch_id)
        _require_sound(letter, upload, on)
        waiting = batch.entries.filter(pk=entry.pk)
        if WrittenAnswer.objects.filter(entry__in=waiting, state__in=OPEN).exists():
            message = _("A letter on this payment waits for its signature already. Open that one.")
            raise Conflict(message, code="answer_open")
        _require_waiting(waiting.get(), batch)
        paid = letter.outcome == EntryState.PAID
        with acting(actor, "create"):
            answer = WrittenAnswer.objects.create(
                number=next_number(WrittenAnswer, "DF", on),
                entry_id=entry.pk,
                district_id=batch.district_id,
                outcome=letter.outcome,
                paid_on=letter.paid_on if paid else None,
                bank_serial=letter.bank_serial.strip() if paid else "",
                reason="" if paid else letter.reason.strip(),
                document=letter.document.strip(),
                requested_by_id=actor.person_id,
            )
        add_document(actor, answer, kind=DOCUMENT, upload=upload, title=letter.document.strip())
        return submit_answer(actor, answer, on=on)


def submit_answer(
    actor: Actor, answer: WrittenAnswer, *, on: date, opinion: Opinion | None = None
) -> WrittenAnswer:
    """Hand an answer on for the second signature. Raises what `fire` raises."""
    return fire(ANSWER_TRANSITIONS, answer, "submit", actor, on=on, opinion=opinion, guard=missing_for_answer)


def sign_answer(
    actor: Actor, answer: WrittenAnswer, *, on: date, opinion: Opinion | None = None
) -> WrittenAnswer:
    """The second signature: the payment is answered as a result file would answer it, with all that follows.

    A paid one is posted as of the bank's day and its claim is paid; a failed one waits for its correction;
    a batch of which every payment is answered goes on. Raises `Refused` where a file of the bank answered it
    meanwhile, and what recording a payment raises.
    """

    def effect(locked: WrittenAnswer) -> list[str]:
        locked.signed_by_id, locked.signed_on = actor.person_id, on
        return ["signed_by", "signed_on"]

    with transaction.atomic():
        # Before the answer itself: whoever takes a result file in holds the batch.
        batch = lock_batch(actor, answer.entry.batch_id)
        signed: WrittenAnswer = fire(
            ANSWER_TRANSITIONS,
            answer,
            "sign",
            actor,
            on=on,
            opinion=opinion,
            guard=missing_for_answer,
            effect=effect,
        )
        failpoints.point("answer.signed")
        _take_effect(actor, batch, signed, on)
    failpoints.point("answer.committed")
    return signed


def refuse_answer(
    actor: Actor, answer: WrittenAnswer, *, on: date, opinion: Opinion | None = None
) -> WrittenAnswer:
    """Not signed, with the reason."""
    return fire(ANSWER_TRANSITIONS, answer, "refuse", actor, on=on, opinion=opinion)


def withdraw_answer(
    actor: Actor, answer: WrittenAnswer, *, on: date, opinion: Opinion | None = None
) -> WrittenAnswer:
    """Taken back by finance, with the reason."""
    return fire(ANSWER_TRANSITIONS, answer, "withdraw", actor, on=on, opinion=opinion)


def missing_for_answer(answer: WrittenAnswer, _actor: Actor) -> Iterator[Problem]:
    """What keeps an answer from being handed on or signed."""
    if not CaseDocument.objects.of(answer).exists():
        yield Problem("document_missing", _("Hand in the bank's letter."), field="file")
    entry = BatchEntry.objects.select_related("batch").get(pk=answer.entry_id)
    yield from _not_waiting(entry, entry.batch)
    if answer.paid_on is not None and entry.batch.frozen_on and answer.paid_on < entry.batch.frozen_on:
        message = _("The file was signed on %(day)s; the bank cannot have paid before. Check the day.")
        yield Problem("paid_on", message % {"day": entry.batch.frozen_on.isoformat()}, field="paid_on")
    yield from _serial_used(answer)


def _not_waiting(entry: BatchEntry, batch: PaymentBatch) -> Iterator[Problem]:
    if entry.state != EntryState.WAITING:
        message = _(
            "The bank has answered this payment meanwhile: %(state)s. Nothing is to be entered; withdraw the"
            " answer in writing."
        )
        yield Problem("answered", message % {"state": entry.get_state_display()})
    elif batch.state != BatchState.SENT or not entry.live:
        message = _("The bank does not have this payment: record first that its file was handed over.")
        yield Problem("not_sent", message)


def _serial_used(answer: WrittenAnswer) -> Iterator[Problem]:
    if answer.outcome != EntryState.PAID:
        return
    # A serial number counts once in the city, not once a district.
    with rls.whole_city():
        used = PaymentOrder.objects.filter(bank_serial=answer.bank_serial).exclude(entries=answer.entry_id)
        number = used.values_list("number", flat=True).first()
    if number is not None:
        message = _("This serial number already counts for order %(order)s.")
        yield Problem("serial_used", message % {"order": number}, field="bank_serial")


def _require_waiting(entry: BatchEntry, batch: PaymentBatch) -> None:
    for problem in _not_waiting(entry, batch):
        raise Conflict(str(problem.message), code=problem.code)


def _take_effect(actor: Actor, batch: PaymentBatch, answer: WrittenAnswer, on: date) -> None:
    entry = batch.entries.select_related("order__claim__training_class").get(pk=answer.entry_id)
    line = ResultLine(
        row=entry.position,
        order_number=entry.order_number,
        outcome=Outcome(answer.outcome),
        amount_fen=entry.amount_fen,
        bank_serial=answer.bank_serial,
        paid_on=answer.paid_on,
        reason=answer.reason,
    )
    apply_answer(actor, entry, line, on)
    answer_entries({entry.order_number: entry}, [line])
    failpoints.point("answer.applied")
    go_on(actor, batch, on)


def _require_sound(letter: Letter, upload: Any, on: date) -> None:
    problems = []
    if letter.outcome == EntryState.PAID:
        if letter.paid_on is None:
            message = _("Enter the day on which the bank paid.")
            problems.append(Problem("paid_on", message, field="paid_on"))
        elif letter.paid_on > on:
            message = _("The day of payment is not in the future.")
            problems.append(Problem("paid_in_future", message, field="paid_on"))
        if not letter.bank_serial.strip():
            message = _("Enter the bank's serial number.")
            problems.append(Problem("serial_missing", message, field="bank_serial"))
    elif letter.outcome == EntryState.FAILED:
        if not letter.reason.strip():
            message = _("Enter why the bank did not pay.")
            problems.append(Problem("reason_required", message, field="reason"))
    else:
        problems.append(Problem("outcome", _("Choose what the letter says."), field="outcome"))
    if not letter.document.strip():
        message = _("Name the bank's letter: its number, or its day.")
        problems.append(Problem("document_missing", message, field="document"))
    if upload is None:
        problems.append(Problem("document_missing", _("Hand in the bank's letter."), field="file"))
    if problems:
        raise InvalidInput(problems=problems)

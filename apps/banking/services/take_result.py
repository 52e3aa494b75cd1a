"""A bank's result file is taken in: whole, once, in one transaction (I10)."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.banking.enums import AnswerState, BatchState, EntryState, LineOutcome
from apps.banking.formats.contents import Expected, Outcome, ResultContent
from apps.banking.formats.contents import ResultLine as Line
from apps.banking.formats.profiles import profile
from apps.banking.formats.refusals import at, refuse
from apps.banking.formats.results import read_result
from apps.banking.models import BatchEntry, PaymentBatch, ResultFile, ResultLine, WrittenAnswer
from apps.banking.services.answering import answer_entries, apply_answer, go_on
from apps.banking.services.build_batch import lock_batch
from apps.core import failpoints, rls
from apps.core.errors import Conflict, Forbidden, Problem, ShituError
from apps.core.files import store_bytes
from apps.payouts.enums import OrderState
from apps.payouts.models import PaymentOrder

ANSWERABLE = (BatchState.SENT, BatchState.ANSWERED, BatchState.CLOSED)
Report = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that counts; `already` where it had been taken in before and had no effect now."""

    file: ResultFile
    already: bool


def take_result(
    actor: Actor,
    batch: PaymentBatch,
    content: bytes,
    *,
    name: str,
    on: date,
    report: Report | None = None,
) -> Taken:
    """Take a result file of a batch in: every line takes effect, or none.

    The same bytes again answer with the first. Raises `FileRefused` with line and reason, `Conflict` before
    the batch is with the bank, `Forbidden` for anybody but finance.
    """
    if actor.role != Role.FINANCE_OFFICER:
        raise Forbidden(_("Your role cannot take this step."), code="not_your_step")
    sha256 = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        locked = lock_batch(actor, batch.pk)
        known = ResultFile.objects.filter(sha256=sha256, batch=locked).first()
        if known is not None:
            return Taken(known, already=True)
        if locked.state == BatchState.CANCELLED:
            message = _(
                "This batch was cancelled and its file never went to the bank. Take the answer in at the"
                " batch in which the payments stand now; if the bank has paid this file, tell the city"
                " at once."
            )
            raise Conflict(message, code="cancelled")
        if locked.state not in ANSWERABLE:
            raise Conflict(
                _("This batch is not with the bank: record first that its file was handed over."),
                code="not_sent",
            )
        entries = {
            entry.order_number: entry
            for entry in locked.entries.filter(live=True).select_related("order__claim__training_class")
        }
        read = check_result(locked, entries, content, on)
        file = _keep(actor, locked, read, content, name, sha256, on)
        failpoints.point("result.kept")
        _apply(actor, file, read, entries, on, report)
        failpoints.point("result.applied")
        go_on(actor, locked, on)
    failpoints.point("result.committed")
    return Taken(file, already=False)


def check_result(
    batch: PaymentBatch, entries: dict[str, BatchEntry], content: bytes, on: date
) -> ResultContent:
    """Read a file and hold every line to what is known. Raises `FileRefused`."""
    expected = {
        number: Expected(entry.position, entry.payee_name, entry.amount_fen)
        for number, entry in entries.items()
    }
    read = read_result(profile(batch.profile_key), content, number=batch.number, expected=expected)
    problems: list[Problem] = []
    letters = _letters(batch)
    frozen_on = batch.frozen_on or on
    for line in read.lines:
        entry = entries[line.order_number]
        letter = letters.get(entry.pk)
        if not _is_news(entry, line) and not _says_the_same(entry, line, in_writing=letter is not None):
            problems.append(at(line.row, "answered_otherwise", _otherwise(entry, line, letter)))
        if line.paid_on is not None and not frozen_on <= line.paid_on <= on:
            message = _("The day of payment lies before the file was made, or in the future.")
            problems.append(at(line.row, "paid_on", message))
    problems += _serials_used(read)
    if problems:
        raise refuse(problems)
    return read


def _letters(batch: PaymentBatch) -> dict[int, WrittenAnswer]:
    """The signed letters of the bank by the key of their payment."""
    rows = WrittenAnswer.objects.filter(entry__batch=batch, state=AnswerState.SIGNED)
    return {letter.entry_id: letter for letter in rows}


def _is_news(entry: BatchEntry, line: Line) -> bool:
    return entry.state == EntryState.WAITING or line.outcome is Outcome.PENDING


def _says_the_same(entry: BatchEntry, line: Line, *, in_writing: bool) -> bool:
    """A later file may repeat what an earlier one said, to the letter; after a letter, in other words.

    It may also say what the statement showed meanwhile: that the payment was sent back.
    """
    if line.outcome is Outcome.PAID:
        return (entry.state, entry.bank_serial, entry.paid_on) == ("paid", line.bank_serial, line.paid_on)
    if entry.state == EntryState.PAID and entry.order.state == OrderState.RETURNED:
        return True
    return entry.state == EntryState.FAILED and (in_writing or entry.reason == line.reason)


def _otherwise(entry: BatchEntry, line: Line, letter: WrittenAnswer | None) -> str:
    """What to do where the bank says something else than before."""
    about = {"order": line.order_number, "state": entry.get_state_display()}
    if entry.state == EntryState.PAID and line.outcome is Outcome.FAILED:
        message = _(
            "Order %(order)s was answered before, and otherwise: %(state)s. If the bank sent the money back,"
            " take in the statement that shows it and record it there as sent back; then this file is taken."
        )
    elif entry.state == EntryState.FAILED and line.outcome is Outcome.PAID:
        message = _(
            "Order %(order)s was answered before, and otherwise: %(state)s. Have the bank confirm in writing"
            " which answer holds before you release it again. Was it paid: release it again, put it into no"
            " batch and record its payment by hand with the bank's serial number."
        )
    else:
        message = _("Order %(order)s was answered before, and otherwise: %(state)s.")
    if letter is None:
        return message % about
    written = _(
        "The answer before is the bank's letter %(document)s (%(number)s). Ask the bank which of the two"
        " holds; is it the letter, have the bank send a file without this line, or with the same answer."
    )
    return f"{message % about} {written % {'document': letter.document, 'number': letter.number}}"


def _serials_used(read: ResultContent) -> list[Problem]:
    serials = {line.bank_serial: line for line in read.lines if line.outcome is Outcome.PAID}
    # A serial number counts once in the city, not once a district.
    with rls.whole_city():
        known = PaymentOrder.objects.filter(bank_serial__in=serials)
        used = list(known.values_list("bank_serial", "number"))
    return [
        at(
            serials[serial].row,
            "serial_used",
            _("This serial number already counts for order %(order)s.") % {"order": number},
        )
        for serial, number in used
        if serials[serial].order_number != number
    ]


def _keep(
    actor: Actor,
    batch: PaymentBatch,
    read: ResultContent,
    content: bytes,
    name: str,
    sha256: str,
    on: date,
) -> ResultFile:
    def count(outcome: Outcome) -> int:
        return sum(line.outcome is outcome for line in read.lines)

    return ResultFile.objects.create(
        batch=batch,
        file=store_bytes(content, name=name, media_type="text/csv", sealed=True),
        sha256=sha256,
        name=name[:255],
        paid_count=count(Outcome.PAID),
        failed_count=count(Outcome.FAILED),
        pending_count=count(Outcome.PENDING),
        taken_by_id=actor.account_id,
        taken_on=on,
    )


def _apply(
    actor: Actor,
    file: ResultFile,
    read: ResultContent,
    entries: dict[str, BatchEntry],
    on: date,
    report: Report | None,
) -> None:
    """The effect of every line, in the order of the claims' keys; the first refusal refuses the file."""
    news = [
        line
        for line in read.lines
        if line.outcome is Outcome.PENDING or entries[line.order_number].state == EntryState.WAITING
    ]
    ResultLine.objects.bulk_create(
        (
            ResultLine(
                result_file=file,
                entry=entries[line.order_number],
                row=line.row,
                outcome=LineOutcome(line.outcome.value),
                amount_fen=line.amount_fen,
                paid_on=line.paid_on,
                bank_serial=line.bank_serial,
                reason=line.reason,
            )
            for line in news
        ),
        batch_size=5000,
    )
    final = [line for line in news if line.outcome is not Outcome.PENDING]
    final.sort(key=lambda line: entries[line.order_number].order.claim_id)
    for done, line in enumerate(final, start=1):
        try:
            apply_answer(actor, entries[line.order_number], line, on)
        except ShituError as refusal:
            sentence = str(refusal.sentences[0].message) or refusal.message
            raise refuse([at(line.row, refusal.code, sentence)]) from refusal
        if report is not None:
            report(done, len(final))
    answer_entries(entries, final)

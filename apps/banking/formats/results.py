"""Result files: what became of each payment, line by line; taken whole or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import cast

from django.utils.translation import gettext as _

from apps.banking.formats.contents import Expected, Outcome, ResultContent, ResultLine
from apps.banking.formats.profiles import Profile
from apps.banking.formats.refusals import at, refuse
from apps.banking.formats.tables import Line, read_csv
from apps.banking.formats.values import whole_serial
from apps.core.errors import Problem
from apps.core.money import yuan


@dataclass
class _Reading:
    """One pass over a file: what is expected, what was found, what is wrong."""

    profile: Profile
    number: str
    expected: Mapping[str, Expected]
    problems: list[Problem] = field(default_factory=list)
    lines: list[ResultLine] = field(default_factory=list)
    orders: dict[str, int] = field(default_factory=dict)
    serials: dict[str, int] = field(default_factory=dict)

    def wrong(self, row: int, code: str, message: str) -> None:
        self.problems.append(at(row, code, message))


def read_result(
    profile: Profile, content: bytes, *, number: str, expected: Mapping[str, Expected]
) -> ResultContent:
    """Every line of a result file of the batch `number`, or FileRefused with line and reason.

    `expected` is what was sent, by order number. Orders that the file does not name are simply not in the
    answer: nothing is known of them.
    """
    table = read_csv(profile.result, content)
    reading = _Reading(profile, number, expected)
    for line in table.lines:
        _take_line(reading, line)
    if not table.lines:
        reading.wrong(1, "no_lines", _("The file has no line."))
    last = len(table.lines) + 2
    batch = table.trailer.get("batch_number", number)
    if batch != number:
        reading.wrong(last, "other_batch", _other_batch(str(batch), number))
    if not reading.problems:
        _check_totals(reading, table.trailer, last)
    if reading.problems:
        raise refuse(reading.problems)
    return ResultContent(number, tuple(reading.lines))


def _other_batch(found: str, number: str) -> str:
    return _("The file answers batch “%(found)s”, not %(number)s.") % {"found": found[:40], "number": number}


def _take_line(reading: _Reading, line: Line) -> None:
    values, row = line.values, line.row
    order = str(values["order_number"])
    known = reading.expected.get(order)
    if values.get("batch_number", reading.number) != reading.number:
        reading.wrong(row, "other_batch", _other_batch(str(values["batch_number"]), reading.number))
    if known is None:
        message = _("Order “%(order)s” is not in this batch.") % {"order": order[:40]}
        reading.wrong(row, "unknown_order", message)
        return
    if order in reading.orders:
        message = _("Order %(order)s stands in line %(first)s already.")
        reading.wrong(row, "duplicate", message % {"order": order, "first": reading.orders[order]})
        return
    reading.orders[order] = row
    amount = values["amount"]
    if amount != known.amount_fen:
        message = _("The amount is %(found)s yuan; the order %(order)s is for %(expected)s yuan.")
        reading.wrong(
            row,
            "wrong_amount",
            message % {"found": yuan(int(str(amount))), "order": order, "expected": yuan(known.amount_fen)},
        )
    if values.get("payee_name", known.payee_name) != known.payee_name:
        reading.wrong(row, "wrong_name", _("The payee is not the one that the order was made for."))
    if values.get("position", known.position) != known.position:
        reading.wrong(row, "wrong_position", _("The line number is not the one in the payment file."))
    outcome = reading.profile.status_words.get(str(values["status"]))
    if outcome is None:
        message = _("“%(word)s” is no status that this bank has declared.")
        reading.wrong(row, "unknown_status", message % {"word": str(values["status"])[:40]})
        return
    _take_outcome(reading, line, order, known, outcome)


def _take_outcome(reading: _Reading, line: Line, order: str, known: Expected, outcome: Outcome) -> None:
    values, row = line.values, line.row
    paid_on = cast("date | None", values.get("paid_on"))
    number, reason = str(values.get("serial") or ""), str(values.get("reason") or "")
    serial = whole_serial(reading.profile.serial_within, number, paid_on)
    if outcome is Outcome.PAID:
        if not serial.strip() or paid_on is None:
            message = _("A payment that was made has the bank's serial number and the day.")
            reading.wrong(row, "bank_data", message)
        if reason:
            reading.wrong(row, "bank_data", _("A payment that was made has no reason of failure."))
    if outcome is Outcome.FAILED and not reason.strip():
        reading.wrong(row, "no_reason", _("A payment that failed has a reason."))
    if serial and serial in reading.serials:
        message = _("The serial number stands in line %(first)s already.")
        reading.wrong(row, "serial_twice", message % {"first": reading.serials[serial]})
    if serial:
        reading.serials[serial] = row
    if len(serial) > 64 or len(reason) > 300:
        reading.wrong(row, "too_long", _("The serial number or the reason is too long."))
    reading.lines.append(
        ResultLine(
            row=row,
            order_number=order,
            outcome=outcome,
            amount_fen=known.amount_fen,
            bank_serial=serial,
            paid_on=paid_on if outcome is Outcome.PAID else None,
            reason=reason,
        )
    )


def _check_totals(reading: _Reading, trailer: Mapping[str, object], row: int) -> None:
    """Count and sum, in all and by outcome, are those that the bank's closing line says."""
    by = {outcome: [line for line in reading.lines if line.outcome is outcome] for outcome in Outcome}
    found = {
        "count": len(reading.lines),
        "total": sum(line.amount_fen for line in reading.lines),
        "paid_count": len(by[Outcome.PAID]),
        "paid_total": sum(line.amount_fen for line in by[Outcome.PAID]),
        "failed_count": len(by[Outcome.FAILED]),
        "failed_total": sum(line.amount_fen for line in by[Outcome.FAILED]),
    }
    if any(trailer.get(name, value) != value for name, value in found.items()):
        message = _("Count or total of the closing line are not those of the lines: the file is not whole.")
        reading.wrong(row, "wrong_total", message)

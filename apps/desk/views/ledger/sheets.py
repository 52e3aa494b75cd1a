"""The books as workbooks: the same rows as the page, without its pages."""

import io
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from apps.core.spreadsheets import Column, Sheet, write_workbook
from apps.desk.naming import district_names, table_name
from apps.ledger.journal import with_legs
from apps.ledger.kinds import kind_label
from apps.ledger.models import Fund, Transaction
from apps.ledger.selectors import BalanceRow, StatementLine

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CHUNK = 2_000

_SIDES = (
    Column("debit", _("Debit (yuan)"), kind="yuan"),
    Column("credit", _("Credit (yuan)"), kind="yuan"),
)
_JOURNAL = (
    Column("number", _("Number"), kind="number"),
    Column("on", _("Day"), kind="day"),
    Column("kind", _("Kind")),
    Column("memo", _("Memo"), width=30),
    Column("account", _("Ledger account")),
    Column("fund", _("Fund"), width=24),
    Column("district", _("District")),
    *_SIDES,
    Column("subject", _("About"), width=24),
    Column("key", _("Event key"), width=30),
)
_TRIAL = (
    Column("fund", _("Fund"), width=24),
    Column("account", _("Ledger account")),
    Column("account_kind", _("Kind")),
    Column("district", _("District")),
    *_SIDES,
    Column("balance", _("Balance (yuan)"), kind="yuan"),
)
_STATEMENT = (
    Column("on", _("Day"), kind="day"),
    Column("number", _("Number"), kind="number"),
    Column("kind", _("Kind")),
    Column("memo", _("Memo"), width=30),
    Column("fund", _("Fund"), width=24),
    Column("district", _("District")),
    *_SIDES,
    Column("running", _("Balance (yuan)"), kind="yuan"),
    Column("subject", _("About"), width=24),
)


def journal_sheet(heads: Iterable[Transaction], district: str) -> HttpResponse:
    """A row for each leg."""
    return workbook("journal", Sheet(_("Journal"), _JOURNAL, _journal_rows(iter(heads), district)))


def _journal_rows(heads: Iterator[Transaction], district: str) -> Iterator[tuple]:
    names = district_names()
    chunk: list[Transaction] = []
    for head in heads:
        chunk.append(head)
        if len(chunk) == _CHUNK:
            yield from _leg_rows(chunk, district, names)
            chunk = []
    yield from _leg_rows(chunk, district, names)


def _leg_rows(chunk: list[Transaction], district: str, names: dict[str, str]) -> Iterator[tuple]:
    for head, legs in with_legs(chunk, district):
        for leg in legs:
            yield (
                head.pk,
                head.on,
                kind_label(head.kind),
                head.memo,
                leg.account.label,
                leg.fund.label,
                names.get(leg.district_code, leg.district_code),
                leg.debit_fen or None,
                leg.credit_fen or None,
                _subject(leg.subject_type or head.subject_type, leg.subject_id or head.subject_id),
                head.key,
            )


def trial_balance_sheet(rows: Iterable[BalanceRow]) -> HttpResponse:
    """A row for each account and fund."""
    names = district_names()
    cells = (
        (
            row.fund.label,
            row.account.label,
            row.account.get_kind_display(),
            names.get(row.district, row.district),
            row.debit_fen,
            row.credit_fen,
            row.balance_fen,
        )
        for row in rows
    )
    return workbook("trial-balance", Sheet(_("Trial balance"), _TRIAL, cells))


def statement_sheet(name: str, lines: Iterable[StatementLine]) -> HttpResponse:
    """A row for each leg of an account, with the balance after it."""
    names = district_names()
    funds = {row.pk: row.label for row in Fund.objects.all()}
    cells = (
        (
            line.on,
            line.transaction_id,
            kind_label(line.kind),
            line.memo,
            funds.get(line.fund, line.fund),
            names.get(line.district, line.district),
            line.debit_fen or None,
            line.credit_fen or None,
            line.running_fen,
            _subject(line.subject_type, line.subject_id),
        )
        for line in lines
    )
    return workbook(f"statement-{name}", Sheet(_("Account statement"), _STATEMENT, cells))


def _subject(kind: str, number: int | None) -> str:
    return f"{table_name(kind)} {number}" if kind and number else ""


def workbook(name: str, sheet: Sheet) -> HttpResponse:
    """A sheet as the answer to a request, to be kept under a name."""
    buffer = io.BytesIO()
    write_workbook(buffer, [sheet])
    response = HttpResponse(buffer.getvalue(), content_type=_XLSX)
    headers: dict[str, Any] = {
        "Content-Disposition": f'attachment; filename="{name}.xlsx"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    for header, value in headers.items():
        response[header] = value
    return response

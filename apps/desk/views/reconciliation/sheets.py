"""Differences, sums and suspense as workbooks: the same rows as the pages, without their pages."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from apps.core.spreadsheets import Column, Sheet
from apps.desk.views.ledger.sheets import workbook
from apps.reconciliation.models import Break, Correction
from apps.reconciliation.rules import NAMES
from apps.reconciliation.selectors import Row

_SUMS = (
    Column("claims", _("Claims (yuan)"), kind="yuan"),
    Column("orders", _("Orders (yuan)"), kind="yuan"),
    Column("results", _("Result files (yuan)"), kind="yuan"),
    Column("statements", _("Statements (yuan)"), kind="yuan"),
    Column("books", _("Books (yuan)"), kind="yuan"),
    Column("difference", _("Difference (yuan)"), kind="yuan"),
)
_BREAKS = (
    Column("number", _("Number"), kind="number"),
    Column("kind", _("Kind"), width=34),
    Column("state", _("State")),
    Column("rule", _("Rule"), width=30),
    Column("day", _("Day"), kind="day"),
    Column("working_days", _("Working days"), kind="number"),
    Column("days", _("Calendar days"), kind="number"),
    Column("district", _("District")),
    Column("fund", _("Fund"), width=24),
    Column("ours", _("Our side (yuan)"), kind="yuan"),
    Column("theirs", _("Other side (yuan)"), kind="yuan"),
    Column("difference", _("Difference (yuan)"), kind="yuan"),
    Column("taken_by", _("Taken by")),
    Column("first_seen", _("First seen"), kind="day"),
    Column("last_seen", _("Last seen"), kind="day"),
)
_SUSPENSE = (
    Column("number", _("Number of the correction"), width=24),
    Column("since", _("In suspense since"), kind="day"),
    Column("days", _("Calendar days"), kind="number"),
    Column("district", _("District")),
    Column("fund", _("Fund"), width=24),
    Column("amount", _("Amount (yuan)"), kind="yuan"),
    Column("other", _("Other side"), width=24),
    Column("reference", _("Reference"), width=30),
    Column("explanation", _("Explanation"), width=30),
)


def sums_sheet(name: str, rows: Iterable[Row]) -> HttpResponse:
    """A row for each day, fund, district or batch."""
    cells = ((row.label, *row.sides, row.difference_fen) for row in rows)
    columns = (Column("key", name, width=28), *_SUMS)
    return workbook("reconciliation", Sheet(_("Reconciliation"), columns, cells))


def break_sheet(rows: Iterable[Break], ages: Mapping[date, int], on: date) -> HttpResponse:
    """A row for each difference."""
    cells = (
        (
            row.pk,
            row.get_kind_display(),
            row.get_state_display(),
            str(NAMES.get(row.rule, row.rule)),
            row.day,
            ages[row.day],
            (on - row.day).days,
            row.district.label if row.district else "",
            row.fund.label if row.fund else "",
            row.ours_fen,
            row.theirs_fen,
            row.amount_fen,
            row.taken_by.name if row.taken_by else "",
            row.first_seen,
            row.last_seen,
        )
        for row in rows
    )
    return workbook("differences", Sheet(_("Differences"), _BREAKS, cells))


def suspense_sheet(rows: Iterable[Correction], on: date) -> HttpResponse:
    """A row for each amount in suspense."""
    cells = (
        (
            row.number,
            row.signed_on,
            (on - row.signed_on).days if row.signed_on else None,
            row.district.label,
            row.fund.label if row.fund else "",
            row.line.amount_fen if row.line else row.amount_fen,
            row.line.counterparty_name if row.line else "",
            row.line.reference if row.line else "",
            row.explanation,
        )
        for row in rows
    )
    return workbook("suspense", Sheet(_("Suspense"), _SUSPENSE, cells))

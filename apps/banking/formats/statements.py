"""Bank statements: movements whose balances and totals agree, or nothing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import cast

from django.utils.translation import gettext as _

from apps.banking.formats.contents import StatementContent, StatementEntry
from apps.banking.formats.profiles import Profile, Table
from apps.banking.formats.refusals import at, refuse
from apps.banking.formats.tables import Content, read_csv
from apps.banking.formats.values import whole_serial
from apps.core.errors import Problem
from apps.core.identifiers import mask_account


def read_statement(profile: Profile, content: bytes, *, account_number: str) -> StatementContent:
    """A statement of the account, or FileRefused with line and reason."""
    if isinstance(profile.statement, Table):
        statement, problems = _from_table(profile.statement, content)
    else:
        from apps.banking.formats.camt053 import read_message

        statement, problems = read_message(content)
    statement = _with_whole_serials(profile, statement)
    problems += _check(statement, account_number)
    if problems:
        raise refuse(problems)
    return statement


def _with_whole_serials(profile: Profile, statement: StatementContent) -> StatementContent:
    if not profile.serial_within:
        return statement
    entries = tuple(
        replace(entry, bank_serial=whole_serial(profile.serial_within, entry.bank_serial, entry.booked_on))
        for entry in statement.entries
    )
    return replace(statement, entries=entries)


def _from_table(form: Table, content: bytes) -> tuple[StatementContent, list[Problem]]:
    table = read_csv(form, content)
    problems: list[Problem] = []
    entries = []
    for line in table.lines:
        values = line.values
        debit, credit = values["debit"], values["credit"]
        if (debit is None) == (credit is None) or not (debit or credit):
            message = _("A movement is either out or in, and more than nothing.")
            problems.append(at(line.row, "debit_or_credit", message))
            continue
        entries.append(
            StatementEntry(
                row=line.row,
                booked_on=cast("date", values["day"]),
                bank_serial=str(values["serial"]),
                amount_fen=int(str(credit)) if credit else -int(str(debit)),
                balance_fen=cast("int", values["balance"]),
                counterparty_name=str(values["counterparty_name"]),
                counterparty_account=str(values["counterparty_account"]),
                reference=str(values["reference"]),
            )
        )
    head, trailer = table.head, table.trailer
    statement = StatementContent(
        number=str(head["statement_number"]),
        account_number=str(head["account"]),
        from_day=cast("date", head["from_day"]),
        to_day=cast("date", head["to_day"]),
        opening_fen=cast("int", head["opening"]),
        closing_fen=cast("int", trailer["closing"]),
        entries=tuple(entries),
    )
    if not problems:
        problems += _check_totals(table, trailer)
    return statement, problems


def _check_totals(table: Content, trailer: Mapping[str, object]) -> list[Problem]:
    found = {
        "count": len(table.lines),
        "debit_total": sum(int(str(line.values["debit"] or 0)) for line in table.lines),
        "credit_total": sum(int(str(line.values["credit"] or 0)) for line in table.lines),
    }
    if all(trailer.get(name, value) == value for name, value in found.items()):
        return []
    message = _("Count or total of the closing line are not those of the lines: the file is not whole.")
    return [at(len(table.lines) + 3, "wrong_total", message)]


def _check(statement: StatementContent, account_number: str) -> list[Problem]:
    """Account, days, serial numbers and every balance."""
    problems: list[Problem] = []
    if statement.account_number != account_number:
        message = _("The statement is of account %(found)s, not of %(expected)s.")
        masked = {
            "found": mask_account(statement.account_number),
            "expected": mask_account(account_number),
        }
        problems.append(at(1, "other_account", message % masked))
    if statement.from_day > statement.to_day:
        problems.append(at(1, "days", _("The statement ends before it begins.")))
    serials: dict[str, int] = {}
    balance = statement.opening_fen
    for entry in statement.entries:
        balance += entry.amount_fen
        if not statement.from_day <= entry.booked_on <= statement.to_day:
            problems.append(at(entry.row, "days", _("The day lies outside the statement's days.")))
        if not entry.bank_serial.strip() or len(entry.bank_serial) > 64 or len(entry.reference) > 300:
            problems.append(at(entry.row, "bank_data", _("The serial number is missing or a text too long.")))
        if entry.bank_serial in serials:
            message = _("The serial number stands in line %(first)s already.")
            problems.append(at(entry.row, "serial_twice", message % {"first": serials[entry.bank_serial]}))
        serials[entry.bank_serial] = entry.row
        if entry.balance_fen is not None and entry.balance_fen != balance:
            problems.append(
                at(entry.row, "wrong_balance", _("The balance does not follow from the lines before."))
            )
            balance = entry.balance_fen
    if not problems and balance != statement.closing_fen:
        message = _("Opening balance and movements do not make the closing balance: the file is not whole.")
        problems.append(at(None, "wrong_balance", message))
    return problems

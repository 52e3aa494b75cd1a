"""What a statement repeats: movements that count already, told from those that are new."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from apps.banking.formats.contents import StatementHead
from apps.banking.formats.refusals import PROBLEMS_MAX, at, refuse
from apps.banking.models import BankStatement, PayingAccount
from apps.core.errors import Problem
from apps.core.money import yuan

_FIRST_KNOWN = """
SELECT line.statement_id
  FROM pg_temp.banking_staged_line AS staged
  JOIN public.banking_statementline AS line
    ON line.bank_serial = staged.bank_serial AND line.division_id IS NULL
  JOIN public.banking_payingaccount AS account
    ON account.id = line.paying_account_id AND account.account_index = %(index)s
 WHERE NOT %(at_once)s OR staged.row = (SELECT min(row) FROM pg_temp.banking_staged_line)
 ORDER BY staged.row LIMIT 1
"""
# The movements that count, in the order in which they were taken in, and beside each of the file its own.
_COMPARE = """
DROP TABLE IF EXISTS pg_temp.banking_taken_line, pg_temp.banking_compared_line;
CREATE TEMPORARY TABLE banking_taken_line ON COMMIT DROP AS
SELECT line.id, line.statement_id, line.bank_serial, line.booked_on, line.amount_fen,
       row_number() OVER (ORDER BY array_position(%(run)s::bigint[], line.statement_id), line.row) AS place
  FROM public.banking_statementline AS line
 WHERE line.statement_id = ANY(%(run)s) AND line.division_id IS NULL;
CREATE TEMPORARY TABLE banking_compared_line ON COMMIT DROP AS
SELECT staged.row, staged.booked_on, staged.amount_fen, staged.counterparty_name,
       staged.counterparty_account, line.id AS line_id, taken.place
  FROM pg_temp.banking_staged_line AS staged
  LEFT JOIN (public.banking_statementline AS line
             JOIN public.banking_payingaccount AS account
               ON account.id = line.paying_account_id AND account.account_index = %(index)s)
    ON line.bank_serial = staged.bank_serial AND line.division_id IS NULL
  LEFT JOIN pg_temp.banking_taken_line AS taken ON taken.id = line.id;
"""
_SUMS = """
SELECT count(line_id), max(row) FILTER (WHERE line_id IS NOT NULL), min(place), max(place),
       min(booked_on) FILTER (WHERE line_id IS NULL), min(row), max(row)
  FROM pg_temp.banking_compared_line
"""
_BEFORE = """
SELECT coalesce(sum(amount_fen), 0)::bigint FROM pg_temp.banking_taken_line WHERE place < %(first)s
"""
_OTHERWISE = """
SELECT judged.row, statement.number, judged.after_new, judged.out_of_order,
       CASE WHEN judged.booked_on <> line.booked_on THEN line.booked_on END,
       CASE WHEN judged.amount_fen <> line.amount_fen THEN line.amount_fen END,
       CASE WHEN '' NOT IN (judged.counterparty_name, line.counterparty_name)
             AND judged.counterparty_name <> line.counterparty_name THEN line.counterparty_name
            WHEN '' NOT IN (judged.counterparty_account, line.counterparty_account)
             AND judged.counterparty_account <> line.counterparty_account THEN line.counterparty_account
             END
  FROM (SELECT *, lag(line_id IS NULL, 1, false) OVER by_row AS after_new,
               coalesce(place IS NULL OR place <= lag(place) OVER by_row, false) AS out_of_order
          FROM pg_temp.banking_compared_line
        WINDOW by_row AS (ORDER BY row)) AS judged
  JOIN public.banking_statementline AS line ON line.id = judged.line_id
  JOIN public.banking_bankstatement AS statement ON statement.id = line.statement_id
 WHERE judged.after_new OR judged.out_of_order
    OR (judged.booked_on, judged.amount_fen) <> (line.booked_on, line.amount_fen)
    OR ('' NOT IN (judged.counterparty_name, line.counterparty_name)
        AND judged.counterparty_name <> line.counterparty_name)
    OR ('' NOT IN (judged.counterparty_account, line.counterparty_account)
        AND judged.counterparty_account <> line.counterparty_account)
 ORDER BY judged.row LIMIT %(most)s
"""
# What stands behind the last that is repeated may come later that day, where the file says nothing new.
_LEFT_OUT = """
SELECT coalesce((SELECT min(row) FROM pg_temp.banking_compared_line AS later WHERE later.place > taken.place),
                (SELECT min(row) FROM pg_temp.banking_compared_line WHERE row > %(last_row)s)),
       taken.bank_serial, taken.booked_on, taken.amount_fen, statement.number
  FROM pg_temp.banking_taken_line AS taken
  JOIN public.banking_bankstatement AS statement ON statement.id = taken.statement_id
 WHERE taken.place > %(first)s
   AND (taken.place < %(last)s OR %(to_its_end)s OR taken.booked_on < %(to_day)s)
   AND NOT EXISTS (SELECT FROM pg_temp.banking_compared_line AS there WHERE there.line_id = taken.id)
 ORDER BY taken.place LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Overlap:
    """How much of a statement counts already.

    `known` movements stand in it until line `last_row`, the last of them in the statement `last`; `rest` is
    the statement that is left, which begins where the account stood after them, or None where nothing is new.
    Where only days without a movement are repeated, `known` is 0 and `last` is the statement of the last one.
    """

    known: int
    last_row: int
    last: BankStatement
    rest: StatementHead | None


def statements_of(account: PayingAccount) -> QuerySet[BankStatement]:
    """Those of the account, also from before it was entered anew for another form of the bank's files."""
    return BankStatement.objects.filter(paying_account__account_index=account.account_index)


def begins_with_known(account: PayingAccount) -> bool:
    """Whether the first staged movement counts already."""
    return bool(_all(_FIRST_KNOWN, {"index": bytes(account.account_index), "at_once": True}))


def overlap_of(account: PayingAccount, read: StatementHead) -> Overlap | None:
    """What of the file counts already; None where each movement is new and no day was taken in before.

    They are the file's first ones, as they were taken in, without one left out, until the last that counts
    there. Raises FileRefused where they are otherwise, with each line and what differs.
    """
    index = bytes(account.account_index)
    found = _all(_FIRST_KNOWN, {"index": index, "at_once": False})
    if not found:
        return _quiet_days(account, read)
    run = _run(account, found[0][0])
    _all(_COMPARE, {"index": index, "run": [statement.pk for statement in run]})
    [(known, last_row, first, last, first_new, first_row, end_row)] = _all(_SUMS)
    until, to_day = run[-1], read.to_day
    goes_on = end_row > last_row or to_day > until.to_day
    about = {"first": first, "last": last, "last_row": last_row, "to_its_end": goes_on, "to_day": to_day}
    problems = sorted([*_otherwise(), *_left_out(about)], key=lambda problem: problem.row or 2**31)
    if not problems:
        problems = _opening(run[0], read, first, first_row)
    if problems:
        raise refuse([*problems[: PROBLEMS_MAX - 1], _way_out(account)])
    if not goes_on:
        return Overlap(known, last_row, _statement_at(last), None)
    return Overlap(known, last_row, until, _behind(until, read, first_new))


def _behind(until: BankStatement, read: StatementHead, first_new: date | None) -> StatementHead:
    """What is left behind a statement that counts; the first new movement is of the day `first_new`.

    Its days begin where those before end, or with what the bank booked on a day before.
    """
    since = max(read.from_day, until.from_day, min(until.to_day, first_new or until.to_day))
    return replace(read, from_day=since, opening_fen=until.closing_fen)


def _quiet_days(account: PayingAccount, read: StatementHead) -> Overlap | None:
    """The part behind days that were taken in as days without a movement and that the file repeats as such.

    None where it repeats none, or says of one of these days what its statement did not: that is a gap.
    """
    later = list(statements_of(account).filter(from_day__gt=read.from_day).order_by("to_day", "id"))
    if not later or any(row.line_count or row.opening_fen != read.opening_fen for row in later):
        return None
    [(first_new,)] = _all("SELECT min(booked_on) FROM pg_temp.banking_staged_line")
    if first_new is None or first_new < later[-1].to_day or read.to_day < later[-1].to_day:
        return None
    return Overlap(0, 0, later[-1], _behind(later[-1], read, first_new))


def _run(account: PayingAccount, first: int) -> list[BankStatement]:
    """The statement `first` and those after it, each beginning where the one before ended."""
    run: list[BankStatement] = []
    for statement in statements_of(account).order_by("to_day", "id"):
        if not run and statement.pk != first:
            continue
        if run and statement.opening_fen != run[-1].closing_fen:
            if statement.line_count:
                break
            continue
        run.append(statement)
    return run


def _otherwise() -> Iterator[Problem]:
    """Known movements that the file gives with other data, after new ones, or in another order."""
    for row, number, after_new, out_of_order, day, fen, party in _all(_OTHERWISE, {"most": PROBLEMS_MAX}):
        about = {"number": number}
        if day is not None:
            message = _("This movement was taken in with statement %(number)s, but for another day: %(day)s.")
            yield at(row, "movement_changed", message % {**about, "day": day.isoformat()})
        if fen is not None:
            message = _(
                "This movement was taken in with statement %(number)s, but with another amount:"
                " %(yuan)s yuan."
            )
            yield at(row, "movement_changed", message % {**about, "yuan": yuan(fen)})
        if party is not None:
            message = _(
                "This movement was taken in with statement %(number)s, but with another other side:"
                " %(party)s."
            )
            yield at(row, "movement_changed", message % {**about, "party": party})
        if after_new:
            message = _(
                "This movement was taken in with statement %(number)s already, and one that is new stands"
                " before it here."
            )
            yield at(row, "movement_known", message % about)
        elif out_of_order:
            message = _(
                "This movement was taken in with statement %(number)s already, in another order than here."
            )
            yield at(row, "movement_known", message % about)


def _left_out(about: dict[str, Any]) -> Iterator[Problem]:
    message = _(
        "The movement %(serial)s of %(day)s over %(yuan)s yuan, taken in with statement %(number)s, is"
        " missing here."
    )
    for row, serial, day, fen, number in _all(_LEFT_OUT, {**about, "most": PROBLEMS_MAX}):
        told = {"serial": serial, "day": day.isoformat(), "yuan": yuan(fen), "number": number}
        yield at(row, "movement_left_out", message % told)


def _opening(start: BankStatement, read: StatementHead, first: int, first_row: int) -> list[Problem]:
    """The file's opening balance is what the account held before the first movement that it repeats."""
    held = start.opening_fen + _all(_BEFORE, {"first": first})[0][0]
    if read.opening_fen == held:
        return []
    message = _(
        "The statement begins with %(found)s yuan; before this movement the account held %(held)s yuan."
    )
    return [at(first_row, "gap", message % {"found": yuan(read.opening_fen), "held": yuan(held)})]


def _way_out(account: PayingAccount) -> Problem:
    """What to ask the bank for where a statement repeats otherwise what was taken in."""
    last = statements_of(account).order_by("-to_day", "-id")[:1].get()
    message = _(
        "The statement repeats what was taken in, but not as it was. Ask the bank what holds, or for a"
        " statement that begins where statement %(number)s ended: on %(day)s, with the balance of %(balance)s"
        " yuan."
    )
    about = {"number": last.number, "day": last.to_day.isoformat(), "balance": yuan(last.closing_fen)}
    return at(None, "overlap", message % about)


def _statement_at(place: int) -> BankStatement:
    sql = "SELECT statement_id FROM pg_temp.banking_taken_line WHERE place = %(place)s"
    return BankStatement.objects.get(pk=_all(sql, {"place": place})[0][0])


def _all(sql: str, about: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, about)
        return cursor.fetchall() if cursor.description else []

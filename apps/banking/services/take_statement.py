"""A statement is taken in: whole, once, without gap to the one before; then its movements are matched."""

import hashlib
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.banking.formats.contents import StatementHead
from apps.banking.formats.profiles import Message, Profile, profile
from apps.banking.formats.refusals import PROBLEMS_MAX, at, refuse
from apps.banking.formats.statements import read_statement
from apps.banking.models import BankStatement, PayingAccount
from apps.banking.services.match_lines import match_open_lines
from apps.banking.services.stage_lines import stage
from apps.core import failpoints
from apps.core.errors import Forbidden, NotFound, Problem
from apps.core.files import store_bytes
from apps.core.models import StoredFile
from apps.core.money import yuan

_KNOWN = """
SELECT staged.row, statement.number
  FROM pg_temp.banking_staged_line AS staged
  JOIN public.banking_statementline AS line
    ON line.bank_serial = staged.bank_serial
  JOIN public.banking_payingaccount AS account
    ON account.id = line.paying_account_id AND account.account_index = %s
  JOIN public.banking_bankstatement AS statement ON statement.id = line.statement_id
 ORDER BY staged.row LIMIT %s
"""
_KEEP = """
INSERT INTO public.banking_statementline
       (statement_id, paying_account_id, row, booked_on, bank_serial, amount_fen, counterparty_name,
        counterparty_account, reference)
SELECT %s, %s, row, booked_on, bank_serial, amount_fen, counterparty_name, counterparty_account, reference
  FROM pg_temp.banking_staged_line
"""


@dataclass(frozen=True, slots=True)
class TakenStatement:
    """A statement that counts, and how many movements were explained with it."""

    statement: BankStatement
    already: bool
    matched: int = 0


def take_statement(
    actor: Actor, account: PayingAccount, content: bytes, *, name: str, on: date
) -> TakenStatement:
    """Take a statement of an account in and match its movements.

    The same bytes again answer with the first. Raises `FileRefused` with line and reason: unreadable, a
    movement that was taken in before, a gap to the statement before, days in the future.
    """
    if actor.role != Role.FINANCE_OFFICER:
        raise Forbidden(_("Your role cannot take this step."), code="not_your_step")
    sha256 = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        locked = (
            PayingAccount.objects.visible_to(actor)
            .filter(pk=account.pk)
            .select_for_update(of=("self",))
            .first()
        )
        if locked is None:
            raise NotFound(_("There is no such account."), code="no_such_account")
        known = BankStatement.objects.filter(sha256=sha256, paying_account=locked).first()
        if known is not None:
            return TakenStatement(known, already=True)
        form = profile(locked.profile_key)
        read, count = stage(form, content, account_number=locked.account_number)
        gaps = _gaps(locked, read, on)
        # The key of the database knows the movements of this entry of the account alone.
        known_movements = _known_movements(locked) if gaps or _entered_anew(locked) else []
        if gaps or known_movements:
            raise refuse([*known_movements, *([_overlap(locked)] if known_movements else gaps)])
        file = store_bytes(content, name=name, media_type=_media_type(form), sealed=True)
        statement = _keep(actor, locked, read, file, name, count, on)
        _keep_lines(statement, form, content)
        failpoints.point("statement.kept")
        matched = match_open_lines(actor, locked.pk, on=on)
        failpoints.point("statement.matched")
    return TakenStatement(statement, already=False, matched=matched)


def _known_movements(account: PayingAccount) -> list[Problem]:
    """The staged movements that came with another statement."""
    message = _("This movement was taken in with statement %(number)s already.")
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [bytes(account.account_index), PROBLEMS_MAX])
        found = cursor.fetchall()
    return [at(row, "movement_known", message % {"number": number}) for row, number in found]


def _statements(account: PayingAccount) -> QuerySet[BankStatement]:
    """Those of the account, also from before it was entered anew for another form of the bank's files."""
    return BankStatement.objects.filter(paying_account__account_index=account.account_index)


def _entered_anew(account: PayingAccount) -> bool:
    return PayingAccount.objects.filter(account_index=account.account_index).exclude(pk=account.pk).exists()


def _overlap(account: PayingAccount) -> Problem:
    """What to ask the bank for where a statement covers again what was taken in, as of a day not yet over."""
    last = _statements(account).order_by("-to_day", "-id")[:1].get()
    message = _(
        "The statement covers days that were taken in already. Ask the bank for one that begins where"
        " statement %(number)s ended: on %(day)s, with the balance of %(balance)s yuan."
    )
    about = {"number": last.number, "day": last.to_day.isoformat(), "balance": yuan(last.closing_fen)}
    return at(None, "overlap", message % about)


def _gaps(account: PayingAccount, read: StatementHead, on: date) -> list[Problem]:
    """A statement begins where the one before it ended, and the future has not been booked."""
    problems = []
    if read.to_day > on:
        problems.append(at(None, "days", _("The statement ends in the future.")))
    statements = _statements(account)
    before = statements.filter(from_day__lte=read.from_day).order_by("-to_day", "-id").first()
    if before is not None and before.closing_fen != read.opening_fen:
        message = _(
            "The statement does not begin with the balance with which statement %(number)s ended on"
            " %(day)s. Take in what lies between first."
        )
        about = {"number": before.number, "day": before.to_day.isoformat()}
        problems.append(at(1, "gap", message % about))
    after = statements.filter(from_day__gt=read.from_day).order_by("from_day", "id").first()
    if after is not None and after.opening_fen != read.closing_fen:
        message = _("The statement does not end with the balance with which statement %(number)s begins.")
        problems.append(at(None, "gap", message % {"number": after.number}))
    return problems


def _keep(
    actor: Actor,
    account: PayingAccount,
    read: StatementHead,
    file: StoredFile,
    name: str,
    count: int,
    on: date,
) -> BankStatement:
    return BankStatement.objects.create(
        paying_account=account,
        file=file,
        sha256=file.sha256,
        name=name[:255],
        number=read.number[:64],
        from_day=read.from_day,
        to_day=read.to_day,
        opening_fen=read.opening_fen,
        closing_fen=read.closing_fen,
        line_count=count,
        taken_by_id=actor.account_id,
        taken_on=on,
    )


def _keep_lines(statement: BankStatement, form: Profile, content: bytes) -> None:
    """Move the staged lines in, all in one statement. A serial number that is there already refuses all."""
    account = statement.paying_account
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_KEEP, [statement.pk, account.pk])
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
        if constraint != "movement_serial_once":
            raise
        # Which line it is says whoever reads line by line: twice in this file, or in another statement.
        read_statement(form, content, account_number=account.account_number)
        raise refuse(_known_movements(account)) from error


def _media_type(form: Profile) -> str:
    return "application/xml" if isinstance(form.statement, Message) else "text/csv"

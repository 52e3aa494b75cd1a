"""A statement is taken in: whole, once, without gap to the one before; then its movements are matched."""

import hashlib
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.banking.formats.contents import StatementHead
from apps.banking.formats.profiles import Message, Profile, profile
from apps.banking.formats.refusals import at, refuse
from apps.banking.formats.statements import read_statement
from apps.banking.models import BankStatement, PayingAccount
from apps.banking.services.match_lines import match_open_lines
from apps.banking.services.overlaps import Overlap, begins_with_known, overlap_of, statements_of
from apps.banking.services.stage_lines import stage
from apps.core import failpoints
from apps.core.errors import Forbidden, NotFound, Problem
from apps.core.files import store_bytes
from apps.core.models import StoredFile

_KEEP = """
INSERT INTO public.banking_statementline
       (statement_id, paying_account_id, row, booked_on, bank_serial, amount_fen, counterparty_name,
        counterparty_account, reference)
SELECT %s, %s, row, booked_on, bank_serial, amount_fen, counterparty_name, counterparty_account, reference
  FROM pg_temp.banking_staged_line WHERE row > %s
"""


@dataclass(frozen=True, slots=True)
class TakenStatement:
    """A statement that counts, and how many movements were explained with it.

    `already`: the file says nothing that was not known. `known` of its movements had been taken in before.
    """

    statement: BankStatement
    already: bool
    matched: int = 0
    known: int = 0


def take_statement(
    actor: Actor, account: PayingAccount, content: bytes, *, name: str, on: date
) -> TakenStatement:
    """Take a statement of an account in and match its movements.

    Where it begins with movements that were taken in before, only what is new counts; where nothing is, as
    with the same bytes again, it answers with the statement that is there. Raises `FileRefused` with line and
    reason: unreadable, known movements otherwise than they were taken in, a gap, days in the future.
    """
    if actor.role != Role.FINANCE_OFFICER:
        raise Forbidden(_("Your role cannot take this step."), code="not_your_step")
    sha256 = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        locked = _lock(actor, account)
        known = statements_of(locked).filter(sha256=sha256).first()
        if known is not None:
            return TakenStatement(known, already=True)
        form = profile(locked.profile_key)
        read, count = stage(form, content, account_number=locked.account_number)
        overlap = _overlap(locked, read, on)
        if overlap is not None and overlap.rest is None:
            return TakenStatement(overlap.last, already=True, known=overlap.known)
        part = _Part(read, count)
        if overlap is not None and overlap.rest is not None:
            part = _Part(overlap.rest, count - overlap.known, overlap.known, overlap.last_row)
        gaps = _gaps(locked, part.head, on)
        if gaps:
            raise refuse(gaps)
        file = store_bytes(content, name=name, media_type=_media_type(form), sealed=True)
        statement = _keep(actor, locked, part, file, name, on)
        _keep_lines(statement, part, form, content)
        failpoints.point("statement.kept")
        matched = match_open_lines(actor, locked.pk, on=on)
        failpoints.point("statement.matched")
    return TakenStatement(statement, already=False, matched=matched, known=part.known)


@dataclass(frozen=True, slots=True)
class _Part:
    """The part of a file that counts: all of it, or what stands behind the lines that were known."""

    head: StatementHead
    count: int
    known: int = 0
    last_row: int = 0


def _lock(actor: Actor, account: PayingAccount) -> PayingAccount:
    """The account, held with every other entry of its number: their statements are one chain."""
    same = PayingAccount.objects.filter(account_index=account.account_index)
    held = same.order_by("pk").select_for_update(of=("self",))
    if not any(one.pk == account.pk for one in held):
        raise NotFound(_("There is no such account."), code="no_such_account")
    locked = PayingAccount.objects.visible_to(actor).filter(pk=account.pk).first()
    if locked is None:
        raise NotFound(_("There is no such account."), code="no_such_account")
    return locked


def _overlap(account: PayingAccount, read: StatementHead, on: date) -> Overlap | None:
    """What the staged statement repeats. A file that begins anew where the last one ended is not compared:
    the key of the database knows the movements of this entry of the account."""
    if _gaps(account, read, on) or begins_with_known(account) or _entered_anew(account):
        return overlap_of(account, read)
    return None


def _entered_anew(account: PayingAccount) -> bool:
    return PayingAccount.objects.filter(account_index=account.account_index).exclude(pk=account.pk).exists()


def _gaps(account: PayingAccount, read: StatementHead, on: date) -> list[Problem]:
    """A statement begins where the one before it ended, and the future has not been booked."""
    problems = []
    if read.to_day > on:
        problems.append(at(None, "days", _("The statement ends in the future.")))
    statements = statements_of(account)
    before = statements.filter(from_day__lte=read.from_day).order_by("-to_day", "-id").first()
    if before is not None and before.closing_fen != read.opening_fen:
        message = _(
            "The statement does not begin with the balance with which statement %(number)s ended on"
            " %(day)s. Take in what lies between first."
        )
        about = {"number": before.number, "day": before.to_day.isoformat()}
        problems.append(at(1, "gap", message % about))
    if before is not None and read.to_day < before.to_day and read.closing_fen != read.opening_fen:
        message = _("The statement ends before statement %(number)s, which was taken in until %(day)s.")
        about = {"number": before.number, "day": before.to_day.isoformat()}
        problems.append(at(None, "gap", message % about))
    after = statements.filter(from_day__gt=read.from_day).order_by("from_day", "id").first()
    if after is not None and after.opening_fen != read.closing_fen:
        message = _("The statement does not end with the balance with which statement %(number)s begins.")
        problems.append(at(None, "gap", message % {"number": after.number}))
    return problems


def _keep(
    actor: Actor,
    account: PayingAccount,
    part: _Part,
    file: StoredFile,
    name: str,
    on: date,
) -> BankStatement:
    read = part.head
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
        line_count=part.count,
        known_count=part.known,
        taken_by_id=actor.account_id,
        taken_on=on,
    )


def _keep_lines(statement: BankStatement, part: _Part, form: Profile, content: bytes) -> None:
    """Move the staged lines in, all in one statement. A serial number that is there already refuses all."""
    account = statement.paying_account
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_KEEP, [statement.pk, account.pk, part.last_row])
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
        if constraint != "movement_serial_once":
            raise
        # Which line it is says whoever reads line by line: twice in this file, or in another statement.
        read_statement(form, content, account_number=account.account_number)
        overlap_of(account, part.head)
        raise


def _media_type(form: Profile) -> str:
    return "application/xml" if isinstance(form.statement, Message) else "text/csv"

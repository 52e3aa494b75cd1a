"""A statement is taken in: whole, once, without gap to the one before; then its movements are matched."""

import hashlib
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.banking.formats.contents import StatementContent
from apps.banking.formats.profiles import Message, profile
from apps.banking.formats.refusals import at, refuse
from apps.banking.formats.statements import read_statement
from apps.banking.models import BankStatement, PayingAccount, StatementLine
from apps.banking.services.match_lines import match_open_lines
from apps.core import failpoints
from apps.core.errors import Forbidden, NotFound, Problem
from apps.core.files import store_bytes
from apps.core.identifiers import mask_account


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
        read = read_statement(profile(locked.profile_key), content, account_number=locked.account_number)
        problems = [*_known_movements(locked, read), *_gaps(locked, read, on)]
        if problems:
            raise refuse(problems)
        statement = _keep(actor, locked, read, content, name, sha256, on)
        failpoints.point("statement.kept")
        matched = match_open_lines(actor, locked.pk, on=on)
        failpoints.point("statement.matched")
    return TakenStatement(statement, already=False, matched=matched)


def _known_movements(account: PayingAccount, read: StatementContent) -> list[Problem]:
    rows = {entry.bank_serial: entry.row for entry in read.entries}
    known = StatementLine.objects.filter(paying_account=account, bank_serial__in=rows).select_related(
        "statement"
    )
    message = _("This movement was taken in with statement %(number)s already.")
    return [
        at(rows[line.bank_serial], "movement_known", message % {"number": line.statement.number})
        for line in known
    ]


def _gaps(account: PayingAccount, read: StatementContent, on: date) -> list[Problem]:
    """A statement begins where the one before it ended, and the future has not been booked."""
    problems = []
    if read.to_day > on:
        problems.append(at(None, "days", _("The statement ends in the future.")))
    statements = BankStatement.objects.filter(paying_account=account)
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
    read: StatementContent,
    content: bytes,
    name: str,
    sha256: str,
    on: date,
) -> BankStatement:
    message = isinstance(profile(account.profile_key).statement, Message)
    statement = BankStatement.objects.create(
        paying_account=account,
        file=store_bytes(
            content, name=name, media_type="application/xml" if message else "text/csv", sealed=True
        ),
        sha256=sha256,
        name=name[:255],
        number=read.number[:64],
        from_day=read.from_day,
        to_day=read.to_day,
        opening_fen=read.opening_fen,
        closing_fen=read.closing_fen,
        line_count=len(read.entries),
        taken_by_id=actor.account_id,
        taken_on=on,
    )
    StatementLine.objects.bulk_create(
        (
            StatementLine(
                statement=statement,
                paying_account=account,
                row=entry.row,
                booked_on=entry.booked_on,
                bank_serial=entry.bank_serial,
                amount_fen=entry.amount_fen,
                counterparty_name=entry.counterparty_name[:200],
                counterparty_account=mask_account(entry.counterparty_account),
                reference=entry.reference,
            )
            for entry in read.entries
        ),
        batch_size=5000,
    )
    return statement

"""Attacks on movements that were divided: parts that make more, count twice, or need one believer alone."""

from datetime import timedelta

from django.db import connection, transaction

from apps.banking.models import Division, PayingAccount, StatementLine, StatementMatch, UndoneMatch
from apps.banking.services.divide import Part, divide, take_back
from apps.banking.services.keep_division import keep_division
from apps.banking.services.take_statement import take_statement
from apps.payouts.services.receive_recovery import receive_recovery
from tests.faults.attacks_papers import owed
from tests.faults.databases import Owner
from tests.faults.schedule import FIRST_DAY
from tests.faults.town import Town

FEN = 10_00
_TWO = "SELECT * FROM (VALUES (1, {}, 'a', NULL), (2, {}, 'b', NULL)) AS given (part, fen, about, payee)"


def moved(town: Town) -> StatementLine:
    """Money that came in, and that nothing explains."""
    bank = town.fresh_bank()
    day = town.stated_to + timedelta(days=1)
    serial = bank.receive(town.account_number, FEN, day, payer="企业", reference="往来款").serial
    content = bank.statement(town.account_number, day, day)
    account = PayingAccount.objects.get(pk=town.account_id)
    take_statement(town.maker, account, content, name="对账单.csv", on=FIRST_DAY)
    return StatementLine.objects.get(bank_serial=serial)


def divided(town: Town, *amounts: int) -> list[StatementLine]:
    """The same, divided by a person."""
    wanted = [Part(fen, "x") for fen in amounts]
    division = divide(town.finance, moved(town), wanted, reason="attack")
    return list(division.parts.order_by("part"))


def _past_the_service(town: Town, line: StatementLine, one: int, other: int) -> None:
    with transaction.atomic():
        keep_division(line.pk, _TWO.format(one, other), reason="attack", by=town.finance.user_id)


def parts_that_make_more(town: Town, _owner: Owner) -> None:
    _past_the_service(town, moved(town), FEN, FEN)


def parts_numbered_anew(town: Town, _owner: Owner) -> None:
    """The first division is taken back; a receipt of its first part would be that of another one."""
    line = divided(town, 4_00, 6_00)[0].division.line
    take_back(town.finance, line, reason="attack")
    _past_the_service(town, line, 4_00, 6_00)


def division_without_parts(town: Town, _owner: Owner) -> None:
    Division.objects.create(line=moved(town), reason="attack")


def put_a_part_aside(town: Town, _owner: Owner) -> None:
    """What nobody can explain is not to be seen any more, and the month closes."""
    part = divided(town, 4_00, 6_00)[0]
    StatementMatch.objects.create(line=part, kind="taken_back", matched_by_id=town.finance.user_id)


def believe_a_part_alone(town: Town, _owner: Owner) -> None:
    """More is received for a notice than came in; what lies against it waits."""
    found = owed(town)
    part, _against = divided(town, FEN + 5_00, -5_00)
    receipt = receive_recovery(
        town.finance, found, amount_fen=part.amount_fen, received_on=FIRST_DAY,
        bank_serial=part.bank_serial, key="attack", on=FIRST_DAY,
    )  # fmt: skip
    StatementMatch.objects.create(
        line=part, kind="receipt", receipt=receipt, matched_by_id=town.finance.user_id
    )


def keep_the_parts_of_a_division_that_went(town: Town, _owner: Owner) -> None:
    """The movement is open again, and its parts beside it."""
    part = divided(town, 4_00, 6_00)[0]
    take_back(town.finance, part.division.line, reason="attack")
    if StatementMatch.objects.filter(line=part).exists():
        raise AssertionError("the parts went with their division")


def open_a_part_that_went(town: Town, _owner: Owner) -> None:
    part = divided(town, 4_00, 6_00)[0]
    take_back(town.finance, part.division.line, reason="attack")
    match = StatementMatch.objects.get(line=part)
    UndoneMatch.objects.create(
        match_id=match.pk, line=part, kind=match.kind, matched_by=match.matched_by,
        matched_at=match.matched_at, undone_by_id=town.finance.user_id, reason="attack",
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM banking_statementmatch WHERE id = %s", [match.pk])

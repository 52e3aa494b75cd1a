"""The database holds that the parts of a movement make it, whatever a program says. One test for each guard.

Each names what would get in without it, and that the audit finds it then (I10e).
"""

import pytest
from django.db import connection, transaction

from apps.banking.models import Division, StatementLine, StatementMatch, UndoneMatch
from apps.banking.sealing import DIVISIONS
from apps.banking.selectors import unmatched_lines
from apps.banking.services.divide import Part, divide, take_back
from apps.banking.services.match_lines import match_recovery
from apps.core import seals
from apps.core.invariants import audit
from apps.ledger.models import Transaction
from apps.payouts.models import RecoveryReceipt
from apps.payouts.services.receive_recovery import receive_recovery
from tests.banking.test_divided_movements import moved, moved_again, parts
from tests.banking.test_statements import LATER, answered, recovering
from tests.factories import banking, numbers
from tests.ledger.conftest import owner, refused_by, run, without
from tests.reconciliation.test_differences import planting
from tests.triggers import switch_off

__all__ = ["owner", "without"]
PART = {
    "statement_id": "m.statement_id",
    "paying_account_id": "m.paying_account_id",
    "row": "m.row",
    "booked_on": "m.booked_on",
    "bank_serial": "m.bank_serial || '/' || n",
    "amount_fen": "fen",
    "counterparty_name": "''",
    "counterparty_account": "''",
    "reference": "''",
    "division_id": "d.id",
    "part": "n",
    "against": "fen < 0",
}
ANOTHER = "(SELECT max(id) FROM banking_payingaccount)"
WRONG_PARTS = {
    "of_another_amount_in_all": ((400, 599), {}),
    "one_alone": ((1000,), {}),
    "on_another_day": ((400, 600), {"booked_on": "m.booked_on + 1"}),
    "in_another_line_of_the_statement": ((400, 600), {"row": "m.row + 1"}),
    "under_another_serial": ((400, 600), {"bank_serial": "'X' || n"}),
    "against_the_movement_and_not_marked": ((1400, -400), {"against": "false"}),
    "with_the_movement_and_marked_against_it": ((400, 600), {"against": "true"}),
}


@pytest.fixture
def line(db):
    """Money that came in, 10.00, and a payment that was matched."""
    of = banking.treasury()
    answered(of)
    found = moved(of, 1000)
    found.of = of
    banking.another_account(of, numbers.account_number())
    return found


@pytest.fixture
def divided(line):
    """The same, divided."""
    divide(line.of.maker, line, [Part(400, "a"), Part(600, "b")], reason="两笔")
    return line


def divided_past_the_service(
    of, line: StatementLine, amounts: tuple[int, ...], match: StatementLine | None = None, **instead: str
) -> Division:
    """A division, its parts and the match of its movement (or of another one) in one statement."""
    columns = {**PART, **instead}
    rows = ", ".join(f"({place}, {fen})" for place, fen in enumerate(amounts, start=1))
    parts = (
        f", p AS (INSERT INTO banking_statementline ({', '.join(columns)})"
        f" SELECT {', '.join(columns.values())}"
        " FROM d JOIN banking_statementline m ON m.id = d.line_id,"
        f" (VALUES {rows}) AS given (n, fen))"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "WITH d AS (INSERT INTO banking_division (line_id, reason, divided_at)"
            f" VALUES ({line.pk}, '两笔', now()) RETURNING id, line_id){parts if amounts else ''}"
            " INSERT INTO banking_statementmatch"
            " (line_id, kind, division_id, rule, matched_by_id, matched_at)"
            f" SELECT {(match or line).pk}, 'divided', id, '', {of.maker.account_id}, now() FROM d"
            " RETURNING division_id"
        )
        return Division.objects.get(pk=cursor.fetchone()[0])


def add_parts(division: Division, amounts: tuple[int, ...], beginning: int = 1, **instead: str) -> int:
    columns = {**PART, **instead}
    rows = ", ".join(f"({place}, {fen})" for place, fen in enumerate(amounts, start=beginning))
    return run(
        f"INSERT INTO banking_statementline ({', '.join(columns)}) SELECT {', '.join(columns.values())}"
        f" FROM banking_division d JOIN banking_statementline m ON m.id = d.line_id,"
        f" (VALUES {rows}) AS given (n, fen) WHERE d.id = {division.pk}"
    )


def add_match(of, line: StatementLine, kind: str, **more: object) -> StatementMatch:
    about = {"matched_by_id": of.maker.account_id, **more}
    return StatementMatch.objects.create(line=line, kind=kind, **about)


def record_undone(of, match: StatementMatch) -> None:
    UndoneMatch.objects.create(
        match_id=match.pk,
        line=match.line,
        kind=match.kind,
        division=match.division,
        matched_by=match.matched_by,
        matched_at=match.matched_at,
        undone_by_id=of.maker.account_id,
        reason="x",
    )


def receipt_by_hand(of) -> RecoveryReceipt:
    return receive_recovery(
        of.maker,
        recovering(of),
        amount_fen=100,
        received_on=LATER,
        bank_serial="by-hand",
        key="by-hand",
        on=LATER,
    )


def violations() -> int:
    return next(found.violations for found in audit(only=["I10e"]))


class TestParts:
    def test_that_make_the_movement_are_taken(self, line):
        divided_past_the_service(line.of, line, (1400, -400))
        assert violations() == 0

    @pytest.mark.parametrize("wrong", WRONG_PARTS)
    def test_are_not_taken(self, line, wrong):
        amounts, instead = WRONG_PARTS[wrong]
        with refused_by("banking_parts_make_the_movement"):
            divided_past_the_service(line.of, line, amounts, **instead)

    @pytest.mark.parametrize("wrong", WRONG_PARTS)
    def test_would_be_without_the_guard_and_are_found(self, line, wrong, without):
        amounts, instead = WRONG_PARTS[wrong]
        with without(switch_off("banking_statementline", "parts_make_the_movement")):
            divided_past_the_service(line.of, line, amounts, **instead)
            assert violations() >= 1

    def test_on_another_account_are_not_taken(self, line):
        with refused_by("banking_line_of_its_statement"):
            divided_past_the_service(line.of, line, (400, 600), paying_account_id=ANOTHER)

    def test_are_not_added_later_although_the_sum_stands(self, divided, without):
        division = Division.objects.get()
        with refused_by("banking_parts_make_the_movement"):
            add_parts(division, (500, -500), beginning=3)
        with without(switch_off("banking_statementline", "parts_make_the_movement")):
            assert add_parts(division, (500, -500), beginning=3) == 2
            assert divided.divisions.get().parts.count() == 4

    @pytest.mark.usefixtures("divided")
    def test_of_a_division_that_is_not_there_are_not_taken(self, without):
        division, wrong = Division.objects.get(), {"beginning": 3, "division_id": "d.id + 1000000"}
        with refused_by("banking_parts_make_the_movement"):
            add_parts(division, (400, 600), **wrong)
        with without(switch_off("banking_statementline", "parts_make_the_movement")):
            assert add_parts(division, (400, 600), **wrong) == 2
            assert violations() == 2

    def test_of_a_movement_that_is_explained_are_not_taken(self, line, without):
        payment = StatementLine.objects.get(match__kind="payment")
        wanted = {"amounts": (payment.amount_fen - 1, 1), "against": "fen > 0"}
        with refused_by("banking_statementmatch_line_id_key"):
            divided_past_the_service(line.of, payment, **wanted)
        with (
            without(switch_off("banking_statementmatch", "of_its_division")),
            refused_by("banking_parts_make_the_movement"),
        ):
            divided_past_the_service(line.of, payment, match=line, **wanted)

    def test_have_no_parts(self, divided, without):
        part = parts(divided)[0]
        with refused_by("banking_parts_make_the_movement"):
            divided_past_the_service(divided.of, part, (100, 300))
        with without(switch_off("banking_statementline", "parts_make_the_movement")):
            divided_past_the_service(divided.of, part, (100, 300))
            assert violations() >= 1

    def test_have_each_its_number(self, line, without):
        wrong = {"part": "1", "bank_serial": "m.bank_serial || '/1'"}
        with refused_by("part_number_once"):
            divided_past_the_service(
                line.of, line, (400, 600), **{**wrong, "bank_serial": "m.bank_serial || '/' || n"}
            )
        with without("DROP INDEX part_number_once"), refused_by("part_serial_once"):
            divided_past_the_service(line.of, line, (400, 600), **wrong)
        with without("DROP INDEX part_number_once", "DROP INDEX part_serial_once"):
            divided_past_the_service(line.of, line, (400, 600), **wrong)

    def test_name_their_division_and_their_number(self, line):
        for instead in (
            {"division_id": "NULL", "bank_serial": "'X' || n", "row": "n + 99"},
            {"part": "NULL"},
        ):
            with refused_by("part_is_of_a_division"):
                divided_past_the_service(line.of, line, (400, 600), **instead)

    def test_stay_as_they_are(self, divided, owner):
        part = parts(divided)[0]
        with owner(), refused_by("banking_statementline_append_only"):
            run(f"UPDATE banking_statementline SET amount_fen = 1 WHERE id = {part.pk}")
        with owner(), refused_by("banking_division_append_only"):
            run("DELETE FROM banking_division")


class TestADivision:
    def test_is_carried_out_or_is_none(self, line):
        with refused_by("banking_division_carried_out"):
            Division.objects.create(line=line, reason="两笔")

    def test_would_count_beside_its_movement_without_the_guard(self, line, without):
        with without(switch_off("banking_division", "carried_out")):
            division = Division.objects.create(line=line, reason="两笔")
            add_parts(division, (400, 600))
            assert unmatched_lines(line.of.maker).count() == 3
            assert violations() == 1

    def test_has_a_reason(self, line):
        with refused_by("division_has_a_reason"):
            run(f"INSERT INTO banking_division (line_id, reason, divided_at) VALUES ({line.pk}, '', now())")


class TestTheMatch:
    def test_of_a_division_has_parts(self, line, without):
        with refused_by("banking_match_of_its_division"):
            divided_past_the_service(line.of, line, ())
        with without(switch_off("banking_statementmatch", "of_its_division")):
            divided_past_the_service(line.of, line, ())
            assert violations() == 1

    def test_of_a_division_is_of_its_movement(self, line):
        other = moved_again(line.of, 1000)
        with refused_by("banking_match_of_its_division"):
            divided_past_the_service(line.of, line, (400, 600), match=other)

    def test_of_a_division_that_was_taken_back_does_not_come_again(self, divided):
        division = Division.objects.get()
        take_back(divided.of.maker, divided, reason="x")
        with refused_by("banking_match_of_its_division"), transaction.atomic():
            add_match(divided.of, divided, "divided", division=division)

    def test_of_a_division_names_it_and_once(self, divided):
        other = moved_again(divided.of, 1000)
        with refused_by("match_names_one_thing"), transaction.atomic():
            add_match(divided.of, other, "divided")
        with refused_by("division_matched_once"), transaction.atomic():
            add_match(divided.of, other, "divided", division=Division.objects.get())

    def test_no_part_is_put_aside_while_its_division_stands(self, divided, without):
        part = parts(divided)[0]
        with refused_by("banking_match_of_its_division"), transaction.atomic():
            add_match(divided.of, part, "taken_back")
        with without(switch_off("banking_statementmatch", "of_its_division")):
            add_match(divided.of, part, "taken_back")
            assert violations() == 1

    def test_no_movement_is_put_aside(self, line):
        with refused_by("banking_match_of_its_division"), transaction.atomic():
            add_match(line.of, line, "taken_back")

    def test_of_a_part_that_was_put_aside_stays(self, divided, without):
        take_back(divided.of.maker, divided, reason="x")
        match = StatementMatch.objects.filter(kind="taken_back").first()
        record_undone(divided.of, match)
        with refused_by("banking_match_stays"), transaction.atomic():
            match.delete()
        with without(switch_off("banking_statementmatch", "match_stays")):
            StatementMatch.objects.filter(pk=match.pk).delete()
            assert violations() == 1

    @pytest.mark.usefixtures("divided")
    def test_of_a_division_goes_only_on_record(self):
        with refused_by("banking_match_stays"), transaction.atomic():
            StatementMatch.objects.get(kind="divided").delete()

    def test_takes_the_parts_with_it(self, divided, without):
        with without(switch_off("banking_statementmatch", "parts_go")):
            take_back(divided.of.maker, divided, reason="x")
            assert unmatched_lines(divided.of.maker).count() == 3
            assert violations() == 1
        take_back(divided.of.maker, divided, reason="x")
        assert list(unmatched_lines(divided.of.maker)) == [divided]
        assert violations() == 0

    def test_does_not_go_over_a_part_that_is_explained(self, divided):
        match_recovery(divided.of.maker, parts(divided)[0], recovering(divided.of), on=LATER)
        match = StatementMatch.objects.get(kind="divided")
        record_undone(divided.of, match)
        with refused_by("banking_statementmatch_line_id_key"), transaction.atomic():
            match.delete()


class TestWhatGoesAgainstTheMovement:
    @pytest.fixture
    def both(self, line):
        """What came back and the fee that the bank kept from it; what a person knows besides."""
        divide(line.of.maker, line, [Part(1005, "a"), Part(-5, "手续费")], reason="扣费")
        back, fee = parts(line)
        return line.of, back, fee, receipt_by_hand(line.of), Transaction.objects.order_by("id")[0].pk

    def test_is_no_receipt(self, both, without):
        of, _back, fee, receipt, _posting = both
        with refused_by("banking_parts_in_order"), transaction.atomic():
            add_match(of, fee, "receipt", receipt=receipt)
        with without(switch_off("banking_statementmatch", "parts_in_order")):
            add_match(of, fee, "receipt", receipt=receipt)
            assert violations() == 1

    def test_is_read_by_no_rule(self, both):
        of, _back, fee, _receipt, posting = both
        with refused_by("banking_parts_in_order"), transaction.atomic():
            add_match(of, fee, "posting", transaction_id=posting, rule="charge", matched_by_id=None)

    def test_comes_before_the_other_parts(self, both, without):
        of, back, fee, receipt, posting = both
        with refused_by("banking_parts_in_order"), transaction.atomic():
            add_match(of, back, "receipt", receipt=receipt)
        with without(switch_off("banking_statementmatch", "parts_in_order")):
            add_match(of, back, "receipt", receipt=receipt)
        add_match(of, fee, "posting", transaction_id=posting)
        add_match(of, back, "receipt", receipt=receipt)


class TestTheSeal:
    """The owner of the tables can switch the guards off; the chain tells which division was altered."""

    ALTERED = (
        "UPDATE banking_statementline SET amount_fen = amount_fen + 1 WHERE id = {part}",
        "UPDATE banking_statementline SET reference = 'ZH-1' WHERE id = {part}",
        "DELETE FROM banking_statementline WHERE id = {part}",
        "UPDATE banking_division SET reason = 'x' WHERE id = {division}",
    )

    def test_covers_the_parts(self, divided):
        assert seals.seal(DIVISIONS) == 1
        assert seals.verify(DIVISIONS) == []
        assert divided.divisions.count() == 1

    @pytest.mark.parametrize("altered", ALTERED)
    def test_names_the_division_that_was_altered(self, divided, altered):
        seals.seal(DIVISIONS)
        part = parts(divided)[0]
        with planting("banking_statementline", "banking_division") as cursor:
            cursor.execute(altered.format(part=part.pk, division=part.division_id))
        found = seals.verify(DIVISIONS)
        assert [(broken.row_id, broken.finding) for broken in found] == [(part.division_id, "changed")]

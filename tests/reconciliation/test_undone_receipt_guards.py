"""A receipt is undone once and on both sides: the database refuses it otherwise, and the audit finds it."""

import pytest
from django.db import IntegrityError, connection, transaction

from apps.banking.models import StatementMatch, UndoneMatch
from apps.banking.services.match_lines import match_recovery
from apps.core.invariants import audit
from apps.payouts.models import RecoveryReceipt, UndoneReceipt
from tests.factories import reconciliation as make
from tests.ground import stands
from tests.reconciliation.test_undone_receipts import DAY, by_hand, line, mistaken, owing_two, undone


@pytest.fixture
@stands
def of():
    """Two enterprises owe something; money came in under a reference that says nothing."""
    return owing_two()


def without(*guards: tuple[str, str]):
    """As the owner: these triggers are gone."""
    for table, name in guards:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE %s",
                [table, f"pgtrigger_{name}_%"],
            )
            (found,) = cursor.fetchone()
            cursor.execute(
                f"SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL ROLE NONE; DROP TRIGGER {found} ON {table};"
                " SET LOCAL ROLE shitu_app"
            )


def attack_match_goes(of) -> None:
    match = mistaken(of).matches.get()
    UndoneMatch.objects.create(
        match_id=match.pk, line=match.line, kind="receipt", receipt=match.receipt, reason="-",
        matched_by=match.matched_by, matched_at=match.matched_at, undone_by_id=of.maker.user_id,
    )  # fmt: skip
    match.delete()


def attack_match_with_undone(of) -> None:
    receipt = mistaken(of)
    undone(of)
    StatementMatch.objects.create(
        line=line(), kind="receipt", receipt=receipt, matched_by_id=of.maker.user_id
    )


def attack_serial_in_place_of_one_that_counts(of) -> None:
    first = by_hand(of, of.right, 100)
    RecoveryReceipt.objects.create(
        recovery=of.wrong, key="again", amount_fen=100, received_on=DAY, bank_serial=first.bank_serial,
        recorded_by_id=of.maker.user_id, instead_of=first,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("attack", "table", "guard", "constraint"),
    [
        (attack_match_goes, "banking_statementmatch", "match_stays", "banking_match_stays"),
        (attack_match_with_undone, "banking_statementmatch", "receipt_counts", "banking_receipt_counts"),
        (
            attack_serial_in_place_of_one_that_counts,
            "payouts_recoveryreceipt",
            "counts",
            "payouts_receipt_in_its_place",
        ),
    ],
)
def test_only_the_guard_refuses_it(of, attack, table, guard, constraint):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        attack(of)
    assert refusal.value.__cause__.diag.constraint_name == constraint
    without((table, guard))
    attack(of)
    assert [row for row in audit(["I5c", "I5f", "I10b", "I6f"]) if not row.holds]


def test_a_receipt_has_one_row_that_undoes_it(of):
    receipt = mistaken(of)
    undone(of)
    about = {
        "receipt": receipt,
        "undone_on": DAY,
        "undone_by_id": of.maker.user_id,
        "reason": "-",
        "key": "x",
    }
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        UndoneReceipt.objects.create(**about)
    assert refusal.value.__cause__.diag.constraint_name == "payouts_undonereceipt_receipt_id_key"
    with connection.cursor() as cursor:
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL ROLE NONE; ALTER TABLE payouts_undonereceipt DROP"
            " CONSTRAINT payouts_undonereceipt_receipt_id_key; SET LOCAL ROLE shitu_app"
        )
    match_recovery(of.maker, line(), of.wrong, on=make.MUCH_LATER)
    UndoneReceipt.objects.create(**about)
    assert [row for row in audit(["I5c", "I5f"]) if not row.holds]


def test_a_row_that_no_correction_signed_is_found(of):
    receipt = by_hand(of, of.right, 100)
    UndoneReceipt.objects.create(
        receipt=receipt, key="correction:0", undone_on=DAY, undone_by_id=of.maker.user_id, reason="-"
    )
    assert {row.invariant.number for row in audit(["I5c", "I5d", "I5f", "I6f"]) if not row.holds} >= {
        "I5f",
        "I6f",
    }

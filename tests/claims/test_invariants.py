"""The nightly checks of claims and payments find what came in past the guards, each on a spoiled story."""

import pytest

from apps.core import invariants
from apps.payouts.models import Recovery
from apps.payouts.services.receive_recovery import receive_recovery
from tests.claims.conftest import LATER
from tests.factories import accounts
from tests.ledger.conftest import run

NUMBERS = [
    *("I3a", "I3b", "I3c", "I4a", "I4b", "I4c", "I5a", "I5b", "I5c", "I5g", "I6b", "I6c"),
    *("I11b", "I12c", "I12d", "I13c", "I16a", "I16b", "I16c"),
]


def broken() -> set[str]:
    return {finding.invariant.number for finding in invariants.audit(NUMBERS) if not finding.holds}


def test_all_hold_from_the_first_claim_to_the_last_fen(paid_and_recovering):
    assert broken() == set()
    recovery = Recovery.objects.get()
    receive_recovery(
        accounts.actor("finance_officer", district=recovery.district),
        recovery,
        amount_fen=recovery.amount_fen - 100,
        received_on=LATER,
        bank_serial="S3",
        key="rest",
        on=LATER,
    )
    assert broken() == set()


PAID = "(SELECT id FROM claims_claim WHERE state = 'paid')"
RECOVERING = "(SELECT id FROM claims_claim WHERE state = 'recovering')"
ONE_PAID_LINE = f"(SELECT min(id) FROM claims_claimline WHERE claim_id = {PAID})"
UNBOUND = (
    "ALTER TABLE claims_entitlement DROP CONSTRAINT entitlement_under_its_cap,"
    " DROP CONSTRAINT only_the_advance_before_the_result, DROP CONSTRAINT entitlement_never_over_what_is_due",
)
SPOILED = {
    "a_promise_without_a_claim": (
        UNBOUND,
        "UPDATE claims_entitlement SET committed_fen = committed_fen + 1",
        {"I3a", "I3b"},
    ),
    "a_payment_that_was_counted_off": (
        (),
        "UPDATE claims_entitlement SET paid_fen = paid_fen - 1 WHERE recovered_fen = 0",
        {"I3a"},
    ),
    "an_entitlement_that_is_gone": (
        (),
        "DELETE FROM claims_entitlement WHERE recovered_fen = 0 AND to_recover_fen = 0",
        {"I3a"},
    ),
    "money_counted_as_returned": (
        (),
        "UPDATE claims_entitlement SET recovered_fen = recovered_fen + 1, to_recover_fen = to_recover_fen - 1"
        " WHERE to_recover_fen > 0",
        {"I3c"},
    ),
    "an_instalment_claimed_twice": (
        ("DROP INDEX instalment_claimed_once",),
        "INSERT INTO claims_claimline (claim_id, enrolment_id, district_id, kind, calculation_id,"
        " assessment_id, standard_fen, advance_fen, due_fen, amount_fen) SELECT claim_id, enrolment_id,"
        " district_id, kind, calculation_id, assessment_id, standard_fen, advance_fen, due_fen, amount_fen"
        f" FROM claims_claimline WHERE id = {ONE_PAID_LINE}",
        {"I3a", "I4a", "I4c", "I5b", "I13c", "I16c"},
    ),
    "an_order_beside_the_paid_one": (
        ("DROP INDEX one_live_order_per_claim",),
        "UPDATE payouts_paymentorder SET state = 'released', failure = '' WHERE state = 'failed'",
        {"I4b", "I4c"},
    ),
    "an_order_that_fell_back": (
        (),
        "UPDATE payouts_paymentorder SET state = 'released' WHERE state = 'paid'",
        {"I4b", "I6c"},
    ),
    "a_line_of_a_failed_order_that_lives": (
        ("DROP INDEX instalment_paid_once",),
        "UPDATE payouts_paymentline SET live = true WHERE NOT live",
        {"I4c"},
    ),
    "a_line_that_was_raised": (
        (),
        f"UPDATE claims_claimline SET amount_fen = amount_fen + 1, advance_fen = advance_fen + 1"
        f" WHERE id = {ONE_PAID_LINE}",
        {"I3a", "I4c", "I5a", "I5b", "I13c", "I16c"},
    ),
    "a_calculation_that_was_changed": (
        (),
        "UPDATE claims_calculation SET advance_fen = advance_fen - 1 WHERE due_fen IS NULL",
        {"I5a"},
    ),
    "a_sum_that_was_typed": (
        (),
        f"UPDATE claims_claim SET pay_fen = pay_fen + 1, net_fen = net_fen + 1 WHERE id = {PAID}",
        {"I5b", "I6b"},
    ),
    "an_order_of_more": (
        (),
        "UPDATE payouts_paymentorder SET amount_fen = amount_fen + 1 WHERE state = 'paid'",
        {"I6b"},
    ),
    "a_part_of_more": (
        (),
        "UPDATE payouts_paymentpart SET amount_fen = amount_fen + 1 WHERE order_id ="
        " (SELECT id FROM payouts_paymentorder WHERE state = 'paid')",
        {"I6b", "I6c"},
    ),
    "a_recovery_forgiven": (
        ("ALTER TABLE payouts_recovery DROP CONSTRAINT recovery_within_its_amount",),
        "UPDATE payouts_recovery SET amount_fen = amount_fen - 1",
        {"I5c"},
    ),
    "a_receipt_of_more": (
        (),
        "UPDATE payouts_recoveryreceipt SET amount_fen = amount_fen + 1",
        {"I5c"},
    ),
    "one_person_in_two_parts": (
        (),
        "INSERT INTO casework_seat (subject_type, subject_id, seat, person_id, since)"
        " SELECT 'apprentices.trainingclass', (SELECT training_class_id FROM claims_claim"
        f" WHERE id = {PAID}), 'rechecker', person_id, now() FROM casework_seat"
        " WHERE subject_type = 'claims.claim' AND seat = 'second_signer' LIMIT 1",
        {"I12c"},
    ),
    "a_decision_in_the_part_of_somebody_else": (
        ("ALTER TABLE casework_decision DROP CONSTRAINT decision_of_its_seat",),
        "UPDATE casework_decision SET person_id = (SELECT max(id) FROM accounts_person WHERE id <> person_id)"
        f" WHERE action = 'sign' AND subject_id = {PAID} AND subject_type = 'claims.claim'",
        {"I12d"},
    ),
    "a_line_of_the_history_that_is_gone": (
        (),
        f"DELETE FROM casework_history WHERE action = 'sign' AND subject_id = {PAID}"
        " AND subject_type = 'claims.claim'",
        {"I11b"},
    ),
    "a_decision_on_another_content": (
        (),
        f"UPDATE casework_decision SET content_sha256 = '' WHERE action = 'approve' AND subject_id = {PAID}"
        " AND subject_type = 'claims.claim'",
        {"I13c"},
    ),
    "a_document_that_was_rewritten": (
        (),
        "UPDATE policy_policydocument SET sha256 = repeat('0', 64)"
        " WHERE id IN (SELECT policy_document_id FROM claims_calculation)",
        {"I16a"},
    ),
    "a_signature_that_is_missing": (
        (),
        f"DELETE FROM casework_decision WHERE action = 'sign' AND subject_id = {PAID}"
        " AND subject_type = 'claims.claim'",
        {"I16b"},
    ),
    "legs_of_another_line": (
        (),
        f"UPDATE ledger_leg SET subject_id = 0 WHERE subject_type = 'claims.claimline'"
        f" AND subject_id = {ONE_PAID_LINE}",
        {"I16c"},
    ),
    "a_receivable_settled_by_hand": (
        (),
        f"UPDATE claims_claim SET state = 'settled' WHERE id = {RECOVERING}",
        {"I3a", "I3b", "I5c"},
    ),
}


@pytest.mark.parametrize("name", SPOILED)
def test_it_finds(name, paid_and_recovering, owner):
    removed, sql, found = SPOILED[name]
    with owner():
        for statement in (*removed, *_triggers_off(sql)):
            run(statement)
        assert run(sql) >= 1
        assert broken() == found


def _triggers_off(sql: str) -> list[str]:
    table = next(word for word in sql.split() if "_" in word and word.islower())
    return [f"ALTER TABLE {table} DISABLE TRIGGER USER"]

"""A claim line refers to its own claim's class, person, calculation and result, and to nothing else.

No foreign keys stand behind these columns: the guard compares all lines of a statement as a set. Each test
names what would get in without it.
"""

import pytest
from django.db import connection

from apps.claims.enums import ClaimKind
from apps.core import invariants
from tests.claims.conftest import LATER
from tests.factories import claims as make
from tests.ledger.conftest import refused_by, run
from tests.triggers import switch_off

COLUMNS = (
    "claim_id, enrolment_id, district_id, kind, calculation_id, assessment_id, standard_fen, advance_fen,"
    " due_fen, amount_fen, voided_at"
)
NOBODY = 10**12
# What a line that is otherwise right would say instead.
WRONG = {
    "a_claim_that_is_not_there": {"claim_id": str(NOBODY)},
    "an_apprentice_who_is_not_there": {"enrolment_id": str(NOBODY)},
    "an_apprentice_of_another_class": {
        "enrolment_id": "(SELECT e.id FROM apprentices_enrolment e JOIN claims_claim c ON c.id = l.claim_id"
        " WHERE e.training_class_id <> c.training_class_id LIMIT 1)"
    },
    "another_district": {"district_id": "'110101'"},
    "another_instalment": {
        "kind": "'advance'",
        "due_fen": "NULL::bigint",
        "amount_fen": "advance_fen",
        "assessment_id": "NULL::bigint",
        # Else the advance that was paid would stand in the way.
        "voided_at": "now()",
    },
    "a_calculation_that_is_not_there": {"calculation_id": str(NOBODY)},
    "a_result_that_is_not_there": {"assessment_id": str(NOBODY)},
    "the_result_of_somebody_else": {
        "assessment_id": "(SELECT a.id FROM training_assessment a WHERE a.enrolment_id <> l.enrolment_id"
        " LIMIT 1)"
    },
}


@pytest.fixture
def draft():
    """The draft of a remainder claim for two apprentices, beside the class of another enterprise."""
    of = make.money(people=2)
    make.money(people=1)
    make.paid(of)
    make.evidence(of)
    for enrolment in of.enrolments():
        make.result(of, enrolment, "passed", certificate=True, on=LATER)
    return make.computed(of, ClaimKind.REMAINDER, on=LATER)


def put_again(draft, **instead: str) -> int:
    """Take a line of the draft away and put it back, saying something else in some columns."""
    first = draft.lines.order_by("pk").first().pk
    values = ", ".join(instead.get(column, f"l.{column}") + f" AS {column}" for column in COLUMNS.split(", "))
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE kept ON COMMIT DROP AS SELECT {values} FROM"
            f" claims_claimline l WHERE id = {first}"
        )
        cursor.execute(f"DELETE FROM claims_claimline WHERE id = {first}")
    return run(f"INSERT INTO claims_claimline ({COLUMNS}) SELECT * FROM pg_temp.kept")


def violations() -> int:
    return next(found.violations for found in invariants.audit(["I5g"]))


def test_a_line_as_it_was_computed_is_taken(draft):
    assert put_again(draft) == 1
    assert violations() == 0


@pytest.mark.parametrize("wrong", WRONG)
class TestALine:
    def test_is_not_taken_with(self, draft, wrong):
        with refused_by("claims_line_of_its_class"):
            put_again(draft, **WRONG[wrong])

    def test_would_be_without_the_guard_and_is_found(self, draft, wrong, without):
        with without(switch_off("claims_claimline", "line_of_its_class")):
            assert put_again(draft, **WRONG[wrong]) == 1
            assert violations() == 1


@pytest.mark.parametrize(
    "change",
    ["claim_id = 0", "enrolment_id = 0", "district_id = '110101'", "calculation_id = 0", "assessment_id = 0"],
)
class TestALineOfADraft:
    def test_is_computed_anew_and_not_given_to_another(self, draft, change):
        with refused_by("claims_line_keeps_its_subject"):
            run(f"UPDATE claims_claimline SET {change} WHERE id = {draft.lines.first().pk}")

    def test_could_be_without_the_guard(self, draft, change, without):
        with without(switch_off("claims_claimline", "line_keeps_its_subject")):
            assert run(f"UPDATE claims_claimline SET {change} WHERE id = {draft.lines.first().pk}") >= 1


@pytest.mark.parametrize(
    "attack",
    [
        "DELETE FROM training_assessment",
        "UPDATE training_assessment SET id = id + 1000000",
        "UPDATE training_assessment SET enrolment_id = enrolment_id + 1000000",
    ],
)
def test_a_result_is_kept_even_while_no_claim_was_handed_in(draft, attack):
    with refused_by("training_result_kept"):
        run(attack)

"""The database keeps a claim that was handed in as it is, whoever asks; and each guard is needed."""

import pytest

from apps.casework.acting import acting
from apps.casework.engine import Opinion
from apps.claims.models import Claim, ClaimLine
from apps.claims.services.compute_claim import recompute_claim
from apps.claims.services.review_claim import reject_claim, return_claim
from apps.claims.services.submit_claim import submit_claim, withdraw_claim
from tests.factories import claims as make
from tests.factories.apprentices import ON
from tests.ground import stands
from tests.ledger.conftest import refused_by, run
from tests.triggers import switch_off

COLUMNS = (
    "enrolment_id, district_id, kind, calculation_id, assessment_id, standard_fen, advance_fen, due_fen,"
    " amount_fen, voided_at"
)
LINE_ATTACKS = {
    "another_amount": "UPDATE claims_claimline SET amount_fen = amount_fen - 1,"
    " advance_fen = advance_fen - 1",
    "another_key": "UPDATE claims_claimline SET id = id + 1000",
    "freed_with_another_amount": "UPDATE claims_claimline SET voided_at = now(), amount_fen = amount_fen - 1,"
    " advance_fen = advance_fen - 1",
    "a_line_less": "DELETE FROM claims_claimline WHERE id = (SELECT min(id) FROM claims_claimline)",
    "a_line_more": f"INSERT INTO claims_claimline (claim_id, {COLUMNS}) SELECT claim_id, enrolment_id,"
    " district_id, kind, calculation_id, assessment_id, standard_fen, advance_fen, due_fen, amount_fen, now()"
    " FROM claims_claimline LIMIT 1",
}
LINES_OFF = "ALTER TABLE claims_claimline DISABLE TRIGGER USER"


@pytest.fixture
def of():
    return make.money(people=2)


@pytest.fixture
@stands
def handed_in(of) -> Claim:
    return submit_claim(of.clerk, make.computed(of), on=ON)


@pytest.mark.usefixtures("handed_in")
@pytest.mark.parametrize("attack", LINE_ATTACKS)
class TestALineOfAClaimThatWasHandedIn:
    def test_stays_for_the_application(self, attack):
        with refused_by("claims_lines_stay"):
            run(LINE_ATTACKS[attack])

    def test_stays_for_the_owner(self, owner, attack):
        with owner(), refused_by("claims_lines_stay"):
            run(LINE_ATTACKS[attack])

    def test_would_change_without_the_guard(self, without, attack):
        with without(LINES_OFF):
            assert run(LINE_ATTACKS[attack]) >= 1


def test_a_temporary_table_does_not_blind_the_guard(handed_in):
    run("CREATE TEMPORARY TABLE claims_claim (id bigint, state text)")
    run(f"INSERT INTO pg_temp.claims_claim VALUES ({handed_in.pk}, 'draft')")
    with refused_by("claims_lines_stay"):
        run("DELETE FROM public.claims_claimline")
    run("DROP TABLE pg_temp.claims_claim")


def test_lines_of_a_paid_claim_are_not_freed(of):
    make.paid(of)
    with refused_by("claims_lines_stay"):
        run("UPDATE claims_claimline SET voided_at = now()")


def test_a_returned_claim_is_computed_anew(of, handed_in):
    defects = [{"code": "x", "text": "补齐", "article": ""}]
    claim = return_claim(of.reviewer, handed_in, on=ON, opinion=Opinion(reason="补正", deficiencies=defects))
    claim = recompute_claim(of.clerk, claim)
    claim = submit_claim(of.clerk, claim, on=ON)
    assert claim.lines.count() == claim.line_count == 2


@pytest.mark.parametrize("end", [withdraw_claim, reject_claim])
def test_a_claim_that_ends_unpaid_frees_its_lines(of, end):
    claim = make.computed(of)
    actor = of.clerk
    if end is reject_claim:
        claim, actor = submit_claim(of.clerk, claim, on=ON), of.reviewer
    claim = end(actor, claim, on=ON, opinion=Opinion(reason="不符合条件"))
    assert not claim.lines.filter(voided_at=None).exists()
    with refused_by("claims_lines_stay"):
        run(f"UPDATE claims_claimline SET voided_at = NULL WHERE claim_id = {claim.pk}")
    assert make.computed(of).line_count == 2


def move(of, claim: Claim, action: str, state: str) -> int:
    with acting(of.clerk, action, "手工"):
        return Claim.objects.filter(pk=claim.pk).update(state=state)


ONE_LINE = "(SELECT min(id) FROM claims_claimline)"
FIGURES = {
    "a_sum_that_no_line_bears": "UPDATE claims_claim SET pay_fen = pay_fen + 1, net_fen = net_fen + 1",
    "an_apprentice_that_no_line_names": "UPDATE claims_claim SET line_count = line_count + 1",
    "a_line_less_than_the_sum": f"DELETE FROM claims_claimline WHERE id = {ONE_LINE}",
    "a_line_that_was_freed": "UPDATE claims_claimline SET voided_at = now()",
}


@pytest.mark.parametrize("change", FIGURES)
class TestADraftIsNotHandedInWith:
    def test_refused(self, of, change):
        claim = make.computed(of)
        run(FIGURES[change])
        with refused_by("claims_claim_sums"):
            move(of, claim, "submit", "district_review")

    def test_but_would_be_without_the_guard(self, of, change, without):
        claim = make.computed(of)
        run(FIGURES[change])
        with without(switch_off("claims_claim", "sums_stand")):
            assert move(of, claim, "submit", "district_review") == 1


def test_lines_freed_under_review_keep_the_claim_from_being_approved(of, handed_in):
    ClaimLine.objects.filter(claim=handed_in).update(voided_at=handed_in.created_at)
    with refused_by("claims_claim_sums"), acting(of.reviewer, "approve"):
        Claim.objects.filter(pk=handed_in.pk).update(state="second_signature")


def test_a_claim_is_not_rejected_while_its_lines_stand(of, handed_in):
    with refused_by("claims_claim_sums"), acting(of.reviewer, "reject"):
        Claim.objects.filter(pk=handed_in.pk).update(state="rejected")


@pytest.mark.parametrize(
    "change",
    [
        "pay_fen = pay_fen + 1, net_fen = net_fen + 1",
        "content_sha256 = repeat('0', 64)",
        "year = year + 1",
        "bank_account_id = NULL",
        "line_count = line_count + 1",
    ],
)
def test_a_claim_that_was_handed_in_keeps_its_figures(handed_in, without, change):
    sql = f"UPDATE claims_claim SET {change}"
    with refused_by("claims_claim_figures_stay"):
        run(sql)
    with without(switch_off("claims_claim", "sums_stand")):
        assert run(sql) == 1

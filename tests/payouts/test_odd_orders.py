"""Events in an order that nobody planned: a document in the middle, a late certificate, a late leave."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import translation

from apps.apprentices import services as records
from apps.casework.engine import Opinion
from apps.claims.checks import evidence_enough
from apps.claims.enums import ClaimKind, ClaimState
from apps.claims.models import Claim, Entitlement
from apps.claims.services.sign_claim import sign_claim
from apps.core.errors import Conflict, InvalidInput, Refused
from apps.ledger.models import Reservation
from apps.payouts.models import Recovery
from apps.payouts.services.receive_recovery import receive_recovery
from apps.payouts.services.record_payment import record_payment
from apps.payouts.services.record_return import record_return
from apps.payouts.services.release_payment import release_payment
from apps.payouts.services.sign_recovery import sign_recovery
from apps.plans.enums import MentorSide, Place
from apps.policy.services.load_policies import load_policies
from apps.training.enums import Mode
from apps.training.models import Assessment
from apps.training.selectors import minutes_per_hour, proof_of
from apps.training.services.lock_results import lock_results
from apps.training.services.record_result import ResultFacts, record_result
from apps.training.services.record_session import record_session
from apps.training.services.storing import SessionFacts
from tests.factories import apprentices, reconciliation
from tests.factories import claims as make
from tests.factories.apprentices import ON

pytestmark = pytest.mark.django_db
LATER = ON + timedelta(days=30)
SUCCESSOR = """\
key: beijing-next
number: 示〔2023〕1号
title: {{zh: 接续方案, en: successor}}
jurisdiction: beijing
programme: apprenticeship
issued_on: 2023-01-01
in_force_from: {day}
succeeds: beijing-2022-11
based_on: beijing-2022-11
"""
AHEAD = (
    "public_notice_required:\n  unit: yes_no\n  article: 三\n  choice: true\n"
    "  note: {{zh: 不公示, en: none}}\n"
    "  value: no\n"
    "advance_share:\n  unit: percent\n  article: 三\n  note: {{zh: 预拨, en: ahead}}\n  value: {percent}\n"
)


def succeed(folder: Path, day: date, percent: int = 50, more: str = "") -> None:
    """A successor of the Beijing document comes into force."""
    apprentices.policy()
    (folder / "next").mkdir()
    (folder / "next" / "document.yaml").write_text(SUCCESSOR.format(day=day), encoding="utf-8")
    (folder / "next" / "money.yaml").write_text((AHEAD + more).format(percent=percent), encoding="utf-8")
    load_policies(folder)


def leave(of: make.Money, place: int = 0) -> None:
    enrolment = of.enrolments()[place]
    records.withdraw_enrolment(of.clerk, enrolment, on=LATER, opinion=Opinion(reason="离职"))


# A successor in the middle ----------------------------------------------------------------------------
def test_a_class_that_began_before_the_document_it_was_enrolled_under_trains_and_settles(tmp_path):
    shop = apprentices.workshop()
    submitted = apprentices.submitted_class(shop)
    succeed(tmp_path, ON + timedelta(days=2))
    training_class = records.approve_class(shop.officer, submitted, on=ON + timedelta(days=5))
    assert training_class.policy_document.key == "beijing-next"
    assert training_class.starts_on < training_class.rules_on == training_class.policy_document.in_force_from
    starts = datetime(2023, 3, 7, 1, tzinfo=UTC)
    facts = SessionFacts(
        starts_at=starts,
        ends_at=starts + timedelta(hours=2),
        mode=Mode.ON_THE_JOB,
        course=shop.plan.courses.get(place=Place.ENTERPRISE),
        mentor=shop.plan.mentors.get(side=MentorSide.ENTERPRISE),
        attendance={training_class.enrolments.get().pk: None},
    )
    assert record_session(shop.clerk, training_class, facts, on=LATER).minutes == 120
    assert minutes_per_hour(training_class)
    assert proof_of(training_class).needed
    claim = Claim(
        kind=ClaimKind.REMAINDER,
        training_class=training_class,
        policy_document=training_class.policy_document,
        pay_fen=1,
    )
    assert [problem.code for problem in evidence_enough(claim)] == ["evidence_missing"]


def test_where_nothing_is_paid_ahead_there_is_no_advance_and_the_standard_is_reserved_once(tmp_path):
    succeed(tmp_path, ON - timedelta(days=20), percent=0)
    of = make.money(people=1)
    with pytest.raises(Refused) as refusal:
        make.computed(of)
    assert refusal.value.code == "nothing_ahead"
    assert not Claim.objects.exists()
    make.evidence(of)
    make.result(of, of.enrolments()[0], "passed", certificate=True, on=LATER)
    claim = make.paid(of, ClaimKind.REMAINDER, on=LATER)
    assert claim.net_fen == claim.lines.get().standard_fen
    assert make.budgets(of)[make.SPECIAL][1:] == (0, claim.net_fen)
    assert Reservation.objects.count() == 1


NO_NETTING = "\nnetting:\n  unit: code\n  article: 三\n  note: {{zh: 抵扣, en: set off}}\n  value: none\n"


def test_without_netting_what_is_paid_and_what_is_recovered_have_claims_of_their_own(tmp_path):
    succeed(tmp_path, ON - timedelta(days=20), more=NO_NETTING)
    of = make.money(people=3)
    make.paid(of)
    make.evidence(of)
    make.result(of, of.enrolments()[0], "passed", on=LATER)
    leave(of, 1)
    make.result(of, of.enrolments()[2], "failed", on=LATER)
    paid = make.paid(of, ClaimKind.REMAINDER, on=LATER)
    assert (paid.line_count, paid.recover_fen) == (1, 0)
    recovering = make.approved(of, ClaimKind.REMAINDER, on=LATER)
    assert (recovering.line_count, recovering.pay_fen) == (2, 0)
    sign_recovery(of.supervisor, recovering, on=LATER)
    standard = paid.lines.get().standard_fen
    assert paid.net_fen == standard * 85 // 100 - standard // 2
    assert Recovery.objects.get().amount_fen == standard


RATES = """
rates:
  unit: yuan_per_person_year
  article: 三
  note: {{zh: 标准, en: rates}}
  values:
    2023-02-01: 5000
    2023-02-20: 9000
rate_date_basis:
  unit: code
  article: 三
  note: {{zh: 标准日期, en: day of the rates}}
  value: {basis}
"""


@pytest.mark.parametrize(("basis", "yuan"), [("registration_day", 5000), ("enrolment_day", 9000)])
def test_the_rates_are_those_of_the_day_that_the_document_names(tmp_path, basis, yuan):
    succeed(tmp_path, date(2023, 2, 1), more=RATES.replace("{basis}", basis))
    of = make.money(people=1)
    of.training_class.enrolments.update(created_at=datetime(2023, 2, 10, tzinfo=UTC))
    assert make.computed(of).lines.get().standard_fen == 2 * yuan * 100


def test_what_was_paid_ahead_in_full_comes_back_down_to_what_is_due(tmp_path):
    succeed(tmp_path, ON - timedelta(days=20), percent=100)
    of = make.money(people=2)
    make.paid(of)
    make.evidence(of)
    first, second = of.enrolments()
    make.result(of, first, "passed", on=LATER)
    make.result(of, second, "passed", certificate=True, on=LATER)
    claim = sign_recovery(of.supervisor, make.approved(of, ClaimKind.REMAINDER, on=LATER), on=LATER)
    standard = claim.lines.first().standard_fen
    assert Recovery.objects.get().amount_fen == standard - standard * 85 // 100


# Who leaves when ---------------------------------------------------------------------------------------
def test_who_leaves_between_signature_and_payment_is_paid_and_pays_back():
    of = make.money(people=2)
    claim = make.signed(of)
    leave(of)
    claim = release_payment(of.finance, claim, on=LATER)
    record_payment(of.finance, claim, on=LATER, paid_on=LATER, bank_serial="B1")
    make.evidence(of)
    claim = sign_recovery(of.supervisor, make.approved(of, ClaimKind.REMAINDER, on=LATER), on=LATER)
    kept = Entitlement.objects.order_by("enrolment_id").first()
    assert claim.net_fen == -kept.paid_fen
    assert kept.to_recover_fen == kept.paid_fen


@pytest.mark.parametrize("step", [records.withdraw_enrolment, records.transfer_enrolment])
def test_nobody_leaves_once_the_result_was_settled(step):
    of = make.money(people=1)
    make.paid(of)
    make.evidence(of)
    make.result(of, of.enrolments()[0], "passed", on=LATER)
    approved = make.approved(of, ClaimKind.REMAINDER, on=LATER)
    claim = make.sign_claim(of.supervisor, approved, on=LATER)
    with pytest.raises(Refused) as refusal:
        step(of.clerk, of.enrolments()[0], on=LATER, opinion=Opinion(reason="离职"))
    assert refusal.value.code == "record_settled"
    assert claim.number in refusal.value.message


def test_who_leaves_before_the_second_signature_makes_the_claim_stale():
    of = make.money(people=1)
    make.paid(of)
    make.evidence(of)
    make.result(of, of.enrolments()[0], "passed", on=LATER)
    claim = make.approved(of, ClaimKind.REMAINDER, on=LATER)
    leave(of)
    with pytest.raises(Refused) as refusal:
        make.sign_claim(of.supervisor, claim, on=LATER)
    assert [problem.code for problem in refusal.value.problems] == ["line_stale"]
    claim.refresh_from_db()
    assert claim.state == ClaimState.SECOND_SIGNATURE


def test_a_result_that_comes_after_the_claim_is_told_until_when_it_may():
    of = make.money(people=1)
    result = make.result(of, of.enrolments()[0], "passed", on=LATER)
    lock_results(Assessment.objects.filter(pk=result.pk).values("pk"))
    late = ResultFacts("failed", LATER)
    with translation.override("en"), pytest.raises(Conflict, match="afterwards the result stands"):
        record_result(of.operator_of_institution, of.enrolments()[0], late, on=LATER)


# What comes back -----------------------------------------------------------------------------------------
def test_a_payment_in_which_recoveries_were_set_off_comes_back_and_is_paid_again():
    of = make.money(people=3)
    make.paid(of)
    make.evidence(of)
    first, second, third = of.enrolments()
    for enrolment in (first, second):
        make.result(of, enrolment, "passed", certificate=True, on=LATER)
    make.result(of, third, "failed", on=LATER)
    claim = make.paid(of, ClaimKind.REMAINDER, on=LATER)
    assert claim.pay_fen > claim.recover_fen > 0
    before = counted()
    record_return(of.finance, claim, on=LATER, returned_on=LATER, opinion=Opinion(reason="账号已销户"))
    assert Entitlement.objects.get(enrolment=third).to_recover_fen == claim.recover_fen
    assert reconciliation.broken() == []
    claim = release_payment(of.finance, claim, on=LATER)
    record_payment(of.finance, claim, on=LATER, paid_on=LATER, bank_serial="B2")
    assert counted() == before
    assert reconciliation.broken() == []


def counted() -> list[tuple[int, ...]]:
    """What every apprentice was promised, paid, and owes or gave back."""
    columns = ("enrolment_id", "committed_fen", "paid_fen", "to_recover_fen", "recovered_fen")
    return list(Entitlement.objects.order_by("enrolment_id").values_list(*columns))


# Over the end of a year --------------------------------------------------------------------------------
def test_a_draft_that_lay_over_new_year_asks_for_the_budget_of_the_new_one():
    of = make.money(people=1)
    draft = make.computed(of, on=date(2023, 12, 29))
    assert make.submit_claim(of.clerk, draft, on=date(2024, 1, 2)).year == 2024


def test_a_remainder_of_a_later_year_rests_on_what_the_advance_reserved():
    of = make.money(people=2)
    make.paid(of)
    make.evidence(of)
    later = date(2024, 6, 3)
    for enrolment in of.enrolments():
        make.result(of, enrolment, "passed", on=later)
    claim = make.paid(of, ClaimKind.REMAINDER, on=later)
    assert claim.year == 2024
    _appropriated, reserved, used = make.budgets(of)[make.SPECIAL]
    assert (reserved, used) == (0, sum(line.due_fen for line in claim.lines.all()))
    assert set(Reservation.objects.values_list("year", flat=True)) == {2023}


# Nobody to claim for ----------------------------------------------------------------------------------
def refused(of: make.Money, kind: ClaimKind) -> list[str]:
    with pytest.raises(Refused) as refusal:
        make.computed(of, kind)
    assert refusal.value.code == "nobody_to_claim_for"
    return [problem.code for problem in refusal.value.problems]


def test_a_claim_for_nobody_says_what_everybody_waits_for():
    of = make.money(people=2)
    assert refused(of, ClaimKind.REMAINDER) == ["nobody", "no_result"]
    make.computed(of)
    assert refused(of, ClaimKind.ADVANCE) == ["nobody", "under_way"]
    for enrolment in of.enrolments():
        make.result(of, enrolment, "passed")
    assert refused(of, ClaimKind.REMAINDER) == ["nobody", "advance_open"]


def test_a_payment_was_not_made_before_it_was_released():
    of = make.money(people=1)
    claim = release_payment(of.finance, make.signed(of), on=LATER)
    with pytest.raises(InvalidInput) as refused:
        record_payment(of.finance, claim, on=LATER, paid_on=LATER - timedelta(days=1), bank_serial="B1")
    assert [problem.code for problem in refused.value.problems] == ["paid_before_release"]
    assert record_payment(of.finance, claim, on=LATER, paid_on=LATER, bank_serial="B1").state == "paid"


@pytest.mark.parametrize(
    ("results", "wrong", "told"),
    [
        (("failed", "failed"), sign_claim, "Sign the recovery"),
        (("passed", "failed"), sign_claim, "settled"),
        (("passed", "failed"), sign_recovery, "settled"),
        (("passed", "passed"), sign_recovery, "Sign the payment"),
    ],
)
def test_whoever_gives_another_signature_is_told_which_one_fits(results, wrong, told):
    of = make.money(people=2)
    make.paid(of)
    make.evidence(of)
    for enrolment, result in zip(of.enrolments(), results, strict=True):
        make.result(of, enrolment, result, certificate=result == "passed", on=LATER)
    claim = make.approved(of, ClaimKind.REMAINDER, on=LATER)
    with translation.override("en"), pytest.raises(Refused, match=told):
        wrong(of.supervisor, claim, on=LATER)


def test_a_budget_that_covers_the_advance_alone_says_what_is_reserved():
    of = make.money(people=2, special_fen=2_000_000, employment_fen=0)
    with translation.override("en"), pytest.raises(Refused, match="the whole standard is reserved"):
        make.signed(of)


def test_an_advance_comes_back_of_a_class_that_everybody_left_before_the_first_lesson():
    of = make.money(people=2)
    make.paid(of)
    for enrolment in of.enrolments():
        records.withdraw_enrolment(of.clerk, enrolment, on=LATER, opinion=Opinion(reason="离职"))
    claim = make.approved(of, ClaimKind.REMAINDER, on=LATER)
    sign_recovery(of.supervisor, claim, on=LATER)
    assert Recovery.objects.get().amount_fen == -claim.net_fen > 0


def test_where_something_is_due_the_training_is_shown():
    of = make.money(people=2)
    make.paid(of)
    leaving, staying = of.enrolments()
    records.withdraw_enrolment(of.clerk, leaving, on=LATER, opinion=Opinion(reason="离职"))
    make.result(of, staying, "passed", certificate=True, on=LATER)
    with pytest.raises(Refused) as refused:
        make.approved(of, ClaimKind.REMAINDER, on=LATER)
    assert [problem.code for problem in refused.value.problems] == ["evidence_missing"]


def test_nothing_comes_back_before_it_was_paid():
    of = make.money(people=1)
    make.paid(of)
    records.withdraw_enrolment(of.clerk, of.enrolments()[0], on=LATER, opinion=Opinion(reason="离职"))
    sign_recovery(of.supervisor, make.approved(of, ClaimKind.REMAINDER, on=LATER), on=LATER)
    recovery = Recovery.objects.get()
    wanted = {"amount_fen": 100, "bank_serial": "R1", "key": "r1", "on": LATER}
    with pytest.raises(InvalidInput) as refused:
        receive_recovery(of.finance, recovery, received_on=ON - timedelta(days=1), **wanted)
    assert [problem.code for problem in refused.value.problems] == ["before_payment"]
    assert receive_recovery(of.finance, recovery, received_on=ON, **wanted).amount_fen == 100

"""Results: only with the credits, a certificate once, nothing once a claim rests on it; then completion."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from apps.apprentices.enums import EnrolmentState
from apps.apprentices.services import complete_class, complete_enrolment, complete_enrolments
from apps.core import clock
from apps.core.errors import Conflict, Forbidden, InvalidInput, Refused
from apps.training.models import Assessment
from apps.training.services.complete_assessed import complete_assessed
from apps.training.services.record_result import ResultFacts, record_result
from apps.training.services.record_results import record_results
from tests.factories import training as make
from tests.factories.training import LATER

pytestmark = pytest.mark.django_db


def passed(number: str = "") -> ResultFacts:
    if not number:
        return ResultFacts(result="passed", assessed_on=LATER)
    return ResultFacts("passed", LATER, "skill_level", number, LATER)


FAILED = ResultFacts(result="failed", assessed_on=LATER)


def test_a_pass_without_the_credits_is_refused_with_what_is_missing():
    of = make.training()
    make.hold(of)
    with pytest.raises(Refused) as refusal:
        record_result(of.operator_of_institution, of.enrolments()[0], passed(), on=LATER)
    assert refusal.value.code == "credits_missing"
    assert "80" in refusal.value.message
    assert not Assessment.objects.exists()


def test_a_pass_with_the_credits_is_recorded_with_them():
    of = make.training()
    make.earn(of)
    row = record_result(of.operator_of_institution, of.enrolments()[0], passed("C1"), on=LATER)
    assert (row.result, row.credits_tenths, row.certificate_level_id) == ("passed", 800, "senior")


def test_a_failure_needs_no_credits():
    of = make.training()
    assert record_result(of.clerk, of.enrolments()[0], FAILED, on=LATER).result == "failed"


def test_a_certificate_number_is_used_once():
    of = make.training()
    make.earn(of)
    first, second = of.enrolments()
    record_result(of.clerk, first, passed("C1"), on=LATER)
    with pytest.raises(Refused) as refusal:
        record_result(of.clerk, second, passed("C1"), on=LATER)
    assert refusal.value.code == "certificate_used"


def test_the_database_refuses_a_certificate_number_twice():
    of = make.training()
    make.earn(of)
    first, second = of.enrolments()
    row = record_result(of.clerk, first, passed("C1"), on=LATER)
    row.pk, row.enrolment_id, row._state.adding = None, second.pk, True
    with pytest.raises(IntegrityError, match="certificate_used_once"), transaction.atomic():
        row.save(force_insert=True)


def test_half_a_certificate_and_one_of_a_failure_are_refused():
    of = make.training()
    half = ResultFacts("failed", LATER, certificate_number="C1")
    whole = ResultFacts("failed", LATER, "skill_level", "C1", LATER)
    for facts, code in ((half, "certificate_parts"), (whole, "certificate_of_failed")):
        with pytest.raises(InvalidInput) as refusal:
            record_result(of.clerk, of.enrolments()[0], facts, on=LATER)
        assert [problem.code for problem in refusal.value.problems] == [code]


def test_a_result_is_not_of_tomorrow():
    of = make.training()
    tomorrow = ResultFacts("failed", LATER + timedelta(days=1))
    with pytest.raises(InvalidInput):
        record_result(of.clerk, of.enrolments()[0], tomorrow, on=LATER)


def test_many_results_are_judged_one_by_one():
    of = make.training(people=4)
    make.earn(of)
    make.hold(of, day=200)
    a, b, c, d = of.enrolments()
    reports = {
        a.pk: passed("C1"),
        b.pk: passed("C1"),
        c.pk: FAILED,
        d.pk: ResultFacts("passed", None),
    }
    refused = record_results(of.operator_of_institution, of.training_class, reports, on=LATER)
    assert {pk: refusal.code for pk, refusal in refused.items()} == {
        b.pk: "certificate_used",
        d.pk: "result_unsound",
    }
    assert set(Assessment.objects.values_list("enrolment_id", "result")) == {
        (a.pk, "passed"),
        (c.pk, "failed"),
    }


def test_a_number_that_another_class_used_costs_only_its_own_row():
    of = make.training(people=3)
    make.earn(of)
    a, b, c = of.enrolments()
    record_result(of.clerk, a, passed("C1"), on=LATER)
    refused = record_results(of.clerk, of.training_class, {b.pk: passed("C1"), c.pk: passed("C2")}, on=LATER)
    assert {pk: refusal.code for pk, refusal in refused.items()} == {b.pk: "certificate_used"}
    assert Assessment.objects.filter(enrolment=c, certificate_number="C2").exists()


def test_a_result_that_a_claim_rests_on_stands():
    of = make.training()
    person = of.enrolments()[0]
    record_result(of.clerk, person, FAILED, on=LATER)
    Assessment.objects.update(locked_at=clock.now())
    refused = record_results(of.clerk, of.training_class, {person.pk: FAILED}, on=LATER)
    assert [refusal.code for refusal in refused.values()] == ["locked"]
    with pytest.raises(Conflict):
        record_result(of.clerk, person, FAILED, on=LATER)


def test_the_district_reports_no_results():
    of = make.training()
    with pytest.raises(Forbidden):
        record_results(of.reviewer, of.training_class, {}, on=LATER)


def test_those_with_a_result_are_completed_and_then_the_class():
    of = make.training()
    first, second = of.enrolments()
    record_result(of.clerk, first, FAILED, on=LATER)
    assert complete_assessed(of.clerk, of.training_class, on=LATER) == 1
    with pytest.raises(Refused):
        complete_class(of.clerk, of.training_class, on=LATER)
    record_result(of.clerk, second, FAILED, on=LATER)
    complete_assessed(of.clerk, of.training_class, on=LATER)
    of.training_class.refresh_from_db()
    assert complete_class(of.clerk, of.training_class, on=LATER).state == "completed"
    assert {row.state for row in of.enrolments()} == {EnrolmentState.COMPLETED}


def test_nobody_is_completed_without_a_result_nor_by_the_institution():
    of = make.training()
    with pytest.raises(Refused):
        complete_assessed(of.clerk, of.training_class, on=LATER)
    with pytest.raises(Forbidden):
        complete_assessed(of.operator_of_institution, of.training_class, on=LATER)


def test_a_record_without_a_result_is_not_completed_alone_since_it_would_take_no_more_hours():
    of = make.training()
    first, second = of.enrolments()
    with pytest.raises(Refused) as refusal:
        complete_enrolment(of.clerk, first, on=LATER)
    assert refusal.value.code == "no_result_yet"
    record_result(of.clerk, second, FAILED, on=LATER)
    assert complete_enrolment(of.clerk, second, on=LATER).state == EnrolmentState.COMPLETED


def test_of_those_who_are_named_only_the_assessed_are_completed():
    of = make.training(people=3)
    first, second, third = of.enrolments()
    for person in (first, third):
        record_result(of.clerk, person, FAILED, on=LATER)
    with pytest.raises(Refused):
        complete_assessed(of.clerk, of.training_class, on=LATER, ids=[second.pk])
    assert complete_assessed(of.clerk, of.training_class, on=LATER, ids=[first.pk, second.pk]) == 1
    assert [row.state for row in of.enrolments()] == ["completed", "enrolled", "enrolled"]


@pytest.mark.parametrize("who", ["operator_of_institution", "reviewer", "supervisor"])
def test_records_are_completed_by_their_enterprise_alone(who):
    of = make.training()
    keys = [row.pk for row in of.enrolments()]
    with pytest.raises(Forbidden):
        complete_enrolments(getattr(of, who), of.training_class, keys, on=LATER)
    assert {row.state for row in of.enrolments()} == {EnrolmentState.ENROLLED}


def test_a_certificate_from_before_the_training_is_none_of_it():
    of = make.training()
    make.earn(of)
    person = of.enrolments()[0]
    day = person.starts_on - timedelta(days=1)
    with pytest.raises(InvalidInput) as refusal:
        record_result(of.clerk, person, ResultFacts("passed", LATER, "skill_level", "C1", day), on=LATER)
    assert [problem.code for problem in refusal.value.problems] == ["certificate_before_training"]
    facts = ResultFacts("passed", LATER, "skill_level", "C1", person.starts_on)
    assert record_result(of.clerk, person, facts, on=LATER).certificate_on == person.starts_on

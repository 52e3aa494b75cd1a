"""At most three subsidised trainings per person and calendar year (京政办发〔2019〕18号 五（十五）)."""

import threading
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date
from unittest.mock import patch

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.apprentices import checks, services
from apps.apprentices.models import Enrolment, RosterFile, TrainingClass
from apps.casework.engine import Opinion
from apps.core import invariants, rls
from apps.core.db import as_owner
from apps.core.errors import InvalidInput, Refused
from tests.apprentices.conftest import csv_bytes, line
from tests.apprentices.test_guards import copy_into, enrol_by_sql, switched_off, without
from tests.factories import apprentices as make
from tests.factories import numbers

LATER = date(2024, 1, 8)


@pytest.fixture
def other() -> make.Workshop:
    return make.workshop(district="110108")


def left(shop: make.Workshop, *, number: str, times: int = 1, on: date = make.ON) -> Enrolment:
    """Somebody who was enrolled so many times and left each time; returns the last record."""
    for _time in range(times):
        entry = make.entry(id_number=number, contract_to="2027-12-31")
        record = make.enrolled_class(shop, [entry], on=on).enrolments.get()
        services.withdraw_enrolment(shop.clerk, record, on=on, opinion=Opinion(reason="个人原因"))
    return record


def codes(problems: list) -> list[str]:
    return [problem.code for problem in problems]


@pytest.mark.django_db
def test_who_was_trained_three_times_this_year_is_refused_with_reason_and_article(shop, other):
    number = numbers.id_number()
    left(other, number=number, times=3)
    with pytest.raises(InvalidInput) as refused:
        make.register(shop, make.open_class(shop), id_number=number)
    problem = refused.value.problems[0]
    assert (problem.code, problem.article) == ("year_full", "京政办发〔2019〕18号 五（十五）")
    assert "3" in str(problem.message)
    assert "2023" in str(problem.message)


@pytest.mark.django_db
def test_the_third_training_of_the_year_is_taken(shop, other):
    number = numbers.id_number()
    left(other, number=number, times=2)
    assert make.enrolled_class(shop, [make.entry(id_number=number)]).enrolments.get().number


@pytest.mark.django_db
def test_the_year_is_the_calendar_year_in_which_the_record_was_set_up(shop, other):
    number = numbers.id_number()
    left(other, number=number, times=3)
    entry = make.entry(id_number=number, contract_to="2027-12-31")
    assert make.enrolled_class(shop, [entry], on=LATER).enrolments.get().set_up_on == LATER


@pytest.mark.django_db
def test_a_training_that_goes_on_elsewhere_counts_once(shop, other):
    number = numbers.id_number()
    left(other, number=number, times=2)
    first = make.enrolled_class(other, [make.entry(id_number=number)]).enrolments.get()
    services.transfer_enrolment(other.clerk, first, on=make.ON, opinion=Opinion(reason="调动"))
    assert make.enrolled_class(shop, [make.entry(id_number=number)]).enrolments.get().number


@pytest.mark.django_db
def test_a_refused_row_does_not_count(shop, other):
    number = numbers.id_number()
    left(other, number=number, times=2)
    roster = make.submitted_class(other, [make.entry(id_number=number)])
    refusal = Opinion(reason="材料不实")
    services.refuse_enrolment(other.officer, roster.enrolments.get(), on=make.ON, opinion=refusal)
    assert make.register(shop, make.open_class(shop), id_number=number).pk


@pytest.mark.django_db
def test_a_file_gives_back_the_one_row_and_asks_no_more_of_more_rows(other, read: Callable[..., RosterFile]):
    known = [numbers.id_number() for _ in range(6)]
    for number in known:
        left(other, number=number, times=1)
    full = numbers.id_number()
    left(other, number=full, times=3)
    rows = [line(id_number=number) for number in (full, *known)]
    file = read(csv_bytes(rows))
    assert (file.good_rows, file.bad_rows) == (6, 1)
    assert file.problems.get().problems == [
        {"code": "year_full", "field": "id_number", "params": {"most": 3, "year": 2023}}
    ]


@pytest.mark.django_db
def test_rows_are_counted_by_a_fixed_number_of_statements(shop, other):
    def statements(people: int) -> int:
        numbers_of = [numbers.id_number() for _ in range(people)]
        for number in numbers_of:
            left(other, number=number)
        training_class = make.open_class(shop)
        entries = [make.entry(id_number=number) for number in numbers_of]
        with CaptureQueriesContext(connection) as caught:
            assert services.register_apprentices(shop.clerk, training_class, entries, on=make.ON).good
        return len(caught)

    assert statements(1) == statements(5)


def past_the_roster(shop: make.Workshop, record: Enrolment) -> TrainingClass:
    """The person on a roster under review, past the check of registering."""
    roster = make.open_class(shop)
    copy_into(shop, roster, record, agreement_signed_on=make.ON)
    return services.submit_roster(shop.clerk, roster, on=make.ON)


@pytest.mark.django_db
def test_the_district_counts_once_more_over_the_whole_city(shop, other):
    roster = past_the_roster(shop, left(other, number=numbers.id_number(), times=3))
    with rls.within("110105"):
        assert codes(checks.missing_for_approve(roster, shop.officer, make.ON)) == ["year_full"]
        with pytest.raises(Refused) as refused:
            services.approve_class(shop.officer, roster, on=make.ON)
    assert refused.value.problems[0].article == "京政办发〔2019〕18号 五（十五）"
    assert codes(checks.missing_for_approve(roster, shop.officer, LATER)) == []
    with rls.within("110105"), patch.object(rls, "whole_city", nullcontext):
        assert codes(checks.missing_for_approve(roster, shop.officer, make.ON)) == []


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_the_fourth_whichever_district_the_session_is_shown(shop, other):
    roster = past_the_roster(shop, left(other, number=numbers.id_number(), times=3))
    with rls.within("110105"), pytest.raises(IntegrityError, match="one training too many"):
        enrol_by_sql(shop, roster, "X-1")
    assert violations() == 0
    with without(*switched_off("apprentices_enrolment", "no_more_in_a_year")):
        enrol_by_sql(shop, roster, "X-1")
        assert violations() == 1


@pytest.mark.django_db(transaction=True)
def test_a_record_is_not_moved_into_a_full_year(shop, other):
    number = numbers.id_number()
    left(other, number=number, times=3)
    record = left(shop, number=number, on=LATER)
    assert violations() == 0
    with pytest.raises(IntegrityError, match="one training too many"):
        Enrolment.objects.filter(pk=record.pk).update(set_up_on=make.ON)


@pytest.mark.django_db(transaction=True)
def test_steps_of_records_that_count_already_are_not_held(shop, other):
    """Whoever is over the limit all the same can still leave."""
    roster = past_the_roster(shop, left(other, number=numbers.id_number(), times=3))
    with without(*switched_off("apprentices_enrolment", "no_more_in_a_year")):
        enrol_by_sql(shop, roster, "X-1")
        with as_owner(connection), connection.cursor() as cursor:
            cursor.execute(switched_off("apprentices_enrolment", "no_more_in_a_year")[1])
        record = services.withdraw_enrolment(
            shop.clerk, roster.enrolments.get(), on=make.ON, opinion=Opinion(reason="个人原因")
        )
        assert record.left_on == make.ON


def violations() -> int:
    return invariants.audit(["I15g"])[0].violations


@pytest.mark.django_db(transaction=True)
def test_two_districts_that_enrol_a_person_at_the_same_moment_do_not_pass_the_limit():
    """One enrols the third time and lets go, unseen; the other registers and enrols meanwhile.

    The other waits at the index of live records until the first is committed, and counts it then.
    """
    assert len(enrolled_at_the_same_moment()) == 1
    assert violations() == 0


@pytest.mark.django_db(transaction=True)
def test_without_the_count_in_the_database_both_districts_enrol():
    """The control: the same moment, the guard taken away."""
    with without(*switched_off("apprentices_enrolment", "no_more_in_a_year")):
        assert enrolled_at_the_same_moment() == []
        assert violations() == 1


def enrolled_at_the_same_moment() -> list[str]:
    """What the database refused of the second district."""
    shops = [make.workshop(), make.workshop(district="110108")]
    number = numbers.id_number()
    record = left(shops[0], number=number, times=2)
    third = make.submitted_class(shops[0], [make.entry(id_number=number)])
    roster = make.open_class(shops[1])
    enrolled, outcome = threading.Event(), list[str]()

    def first() -> None:
        try:
            with transaction.atomic():
                opened = services.approve_class(shops[0].officer, third, on=make.ON)
                mine = opened.enrolments.get()
                services.withdraw_enrolment(
                    shops[0].clerk, mine, on=make.ON, opinion=Opinion(reason="个人原因")
                )
                enrolled.set()
        finally:
            enrolled.set()
            connection.close()

    def second() -> None:
        enrolled.wait()
        try:
            copy_into(shops[1], roster, record)
            enrol_by_sql(shops[1], roster, "X-1")
        except IntegrityError as error:
            outcome.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for work in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcome

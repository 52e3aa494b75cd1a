"""Single registrations: by form, corrected, taken off, and the class that they belong to."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from apps.accounts.models import AccessLog
from apps.accounts.roles import Role
from apps.apprentices import services
from apps.apprentices.enums import ClassState, EnrolmentState
from apps.apprentices.models import Enrolment, LineSeats
from apps.casework.engine import Opinion
from apps.casework.models import History
from apps.core.errors import Conflict, Forbidden, InvalidInput, NotFound, Refused
from tests.factories import accounts, numbers
from tests.factories import apprentices as make


def codes(refused) -> list[str]:
    return [problem.code for problem in refused.value.problems]


def test_a_class_is_opened_for_a_line_of_an_approved_plan(shop):
    training_class = make.open_class(shop, name="车工一班")
    assert training_class.state == ClassState.ROSTER
    assert training_class.number == f"110105-2023-{training_class.pk:05d}"
    assert (training_class.starts_on, training_class.ends_on) == (date(2023, 3, 1), date(2025, 3, 1))
    assert LineSeats.objects.get(line=shop.line).free == 30


def test_training_does_not_begin_before_the_plan_was_approved(shop):
    with pytest.raises(InvalidInput) as refused:
        make.open_class(shop, starts_on=date(2023, 2, 28))
    assert codes(refused) == ["starts_before_approval"]


def test_training_begins_within_the_period_of_the_plan():
    last = make.ON + timedelta(days=700)
    shop = make.workshop(ends_on=last)
    with pytest.raises(InvalidInput) as refused:
        make.open_class(shop, starts_on=last + timedelta(days=1))
    assert codes(refused) == ["starts_after_plan"]
    assert make.open_class(shop, starts_on=last).starts_on == last


def test_nobody_opens_a_class_of_another_enterprise(shop):
    stranger = accounts.actor(Role.ENTERPRISE_OPERATOR)
    with pytest.raises(NotFound):
        services.open_class(stranger, shop.plan, shop.line, on=make.ON)


def test_only_enterprises_open_classes_and_fill_rosters(shop, training_class):
    with pytest.raises(Forbidden):
        services.open_class(shop.officer, shop.plan, shop.line, on=make.ON)
    with pytest.raises(Forbidden):
        services.register_apprentice(shop.officer, training_class, make.entry(), on=make.ON)


def test_no_class_is_opened_for_a_line_that_is_full():
    shop = make.workshop(headcount=1)
    make.register(shop, make.open_class(shop))
    with pytest.raises(Refused, match="1"):
        make.open_class(shop)


def test_the_form_tells_everything_at_once(shop, training_class):
    with pytest.raises(InvalidInput) as refused:
        make.register(shop, training_class, name="", contract_to="2023-02-01", insured_in_city="否")
    assert codes(refused) == ["name_blank", "contract_too_short", "not_insured"]
    assert refused.value.problems[1].article == "二（一）"
    assert not Enrolment.objects.exists()


def test_a_list_keeps_the_good_entries_and_explains_the_others(shop, training_class):
    number = numbers.id_number()
    outcome = services.register_apprentices(
        shop.clerk,
        training_class,
        [make.entry(id_number=number), make.entry(id_number=number), make.entry(mobile="1")],
        on=make.ON,
    )
    assert outcome.good == 1
    found = {row: [p.code for p in problems] for row, problems in outcome.problems.items()}
    assert found == {2: ["twice_in_file"], 3: ["mobile_form"]}


def test_a_developer_who_has_the_statements_shown_registers_too(shop, training_class):
    with CaptureQueriesContext(connection) as shown:
        make.register(shop, training_class)
    assert any("COPY roster_stage" in query["sql"] for query in shown)
    assert training_class.enrolments.count() == 1


def test_the_same_person_is_not_registered_twice_in_a_class(shop, training_class):
    number = numbers.id_number()
    make.register(shop, training_class, id_number=number)
    with pytest.raises(InvalidInput) as refused:
        make.register(shop, training_class, id_number=number)
    assert codes(refused) == ["already_on_roster"]


def test_whoever_had_this_occupation_and_level_is_not_trained_again(shop):
    number = numbers.id_number()
    done = make.enrolled_class(shop, [make.entry(id_number=number)])
    services.complete_enrolments(shop.clerk, done, [done.enrolments.get().pk], on=make.ON)
    other = make.workshop(district="110108")
    with pytest.raises(InvalidInput) as refused:
        make.register(other, make.open_class(other), id_number=number)
    assert codes(refused) == ["had_before"]


def test_one_beyond_the_headcount_is_refused():
    shop = make.workshop(headcount=1)
    training_class = make.open_class(shop)
    make.register(shop, training_class)
    with pytest.raises(InvalidInput) as refused:
        make.register(shop, training_class)
    assert codes(refused) == ["no_seat"]


def test_taking_somebody_off_the_roster_frees_the_seat_and_the_person(shop, training_class):
    number = numbers.id_number()
    enrolment = make.register(shop, training_class, id_number=number)
    removed = services.remove_registration(shop.clerk, enrolment, on=make.ON, opinion=Opinion(reason="离职"))
    assert removed.state == EnrolmentState.REMOVED
    assert LineSeats.objects.get().taken == 0
    assert make.register(shop, training_class, id_number=number).pk != enrolment.pk


def test_taking_off_needs_a_reason(shop, training_class):
    enrolment = make.register(shop, training_class)
    with pytest.raises(InvalidInput):
        services.remove_registration(shop.clerk, enrolment, on=make.ON, opinion=Opinion())
    with pytest.raises(InvalidInput):
        services.remove_registrations(shop.clerk, training_class, [enrolment.pk], reason=" ", on=make.ON)


def test_many_are_taken_off_in_one_step_with_a_history_row_each(shop, training_class):
    keys = [make.register(shop, training_class).pk for _ in range(3)]
    foreign = make.workshop(district="110108")
    other = make.register(foreign, make.open_class(foreign))
    removed = services.remove_registrations(
        shop.clerk, training_class, [*keys[:2], other.pk], reason="登记有误", on=make.ON
    )
    assert removed == 2
    assert History.objects.filter(action="remove", reason="登记有误").count() == 2
    other.refresh_from_db()
    assert other.state == EnrolmentState.REGISTERED


def test_a_registration_is_corrected_and_judged_as_a_whole(shop, training_class):
    enrolment = make.register(shop, training_class, contract_to="无固定期限")
    services.change_registration(shop.clerk, enrolment, {"post_kind": "transferred"}, on=make.ON)
    enrolment.refresh_from_db()
    assert (enrolment.post_kind, enrolment.contract_to) == ("transferred", None)
    assert AccessLog.objects.filter(action="record_changed", subject_id=str(enrolment.pk)).count() == 1
    with pytest.raises(InvalidInput) as refused:
        services.change_registration(shop.clerk, enrolment, {"contract_to": "2023-05-01"}, on=make.ON)
    assert codes(refused) == ["contract_too_short"]


def test_who_it_is_cannot_be_corrected(shop, training_class):
    enrolment = make.register(shop, training_class, name="赵六")
    services.change_registration(shop.clerk, enrolment, {"name": "钱七", "remark": "班长"}, on=make.ON)
    enrolment.person.refresh_from_db()
    assert enrolment.person.name == "赵六"


def test_one_agreement_is_recorded_for_a_whole_batch(shop, training_class):
    make.register(shop, training_class, agreement_signed_on="")
    kept = make.register(shop, training_class, agreement_signed_on="2023-01-15")
    many = services.record_agreement(shop.clerk, training_class, signed_on=date(2023, 2, 1), on=make.ON)
    assert many == 1
    kept.refresh_from_db()
    assert kept.agreement_signed_on == date(2023, 1, 15)
    with pytest.raises(InvalidInput):
        services.record_agreement(shop.clerk, training_class, signed_on=date(2023, 3, 2), on=make.ON)


def test_nothing_changes_once_the_roster_was_handed_in(shop):
    training_class = make.submitted_class(shop)
    enrolment = training_class.enrolments.get()
    attempts = [
        lambda: make.register(shop, training_class),
        lambda: services.remove_registration(
            shop.clerk, enrolment, on=make.ON, opinion=Opinion(reason="离职")
        ),
        lambda: services.remove_registrations(
            shop.clerk, training_class, [enrolment.pk], reason="离职", on=make.ON
        ),
        lambda: services.change_registration(shop.clerk, enrolment, {"remark": "x"}, on=make.ON),
        lambda: services.record_agreement(shop.clerk, training_class, signed_on=make.ON, on=make.ON),
    ]
    for attempt in attempts:
        with pytest.raises(Conflict):
            attempt()


def test_a_training_that_begins_before_the_last_one_ends_is_refused(shop):
    number = numbers.id_number()
    done = make.enrolled_class(shop, [make.entry(id_number=number)])
    services.complete_enrolments(shop.clerk, done, [done.enrolments.get().pk], on=make.ON)
    later = make.workshop(level="technician")
    with pytest.raises(InvalidInput) as refused:
        make.register(later, make.open_class(later), id_number=number)
    assert codes(refused) == ["overlaps"]


def test_a_training_that_begins_when_the_last_one_has_ended_is_taken(shop):
    number = numbers.id_number()
    done = make.enrolled_class(shop, [make.entry(id_number=number)])
    services.complete_enrolments(shop.clerk, done, [done.enrolments.get().pk], on=make.ON)
    later = make.workshop(level="technician")
    training_class = make.open_class(later, starts_on=done.ends_on)
    assert make.register(later, training_class, id_number=number).state == EnrolmentState.REGISTERED


def test_what_nobody_named_is_called_in_the_language_of_the_city(shop):
    with translation.override("en"):
        training_class = make.open_class(shop)
    assert training_class.name == "车工 · 高级工"

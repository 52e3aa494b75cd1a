"""Changes of an enrolment record: suspended, resumed, left, transferred, each with reason and day."""

from datetime import date

import pytest
from django.utils import translation

from apps.apprentices import services
from apps.apprentices.enums import EnrolmentState
from apps.apprentices.models import StatusRecord
from apps.casework.engine import Opinion
from apps.casework.models import History
from apps.core.errors import Conflict, InvalidInput, NotFound, Refused
from tests.factories import apprentices as make
from tests.ground import stands

LATER = date(2023, 6, 1)


@pytest.fixture
@stands
def enrolled(shop):
    return make.enrolled_class(shop).enrolments.get()


def opinion(reason: str = "个人原因", **extra: object) -> Opinion:
    return Opinion(reason=reason, extra=extra)


def test_training_is_suspended_and_resumed_with_reason_and_day(shop, enrolled):
    services.suspend_enrolment(
        shop.clerk, enrolled, on=LATER, opinion=opinion("病假", effective_on="2023-05-20")
    )
    services.resume_enrolment(shop.clerk, enrolled, on=LATER, opinion=opinion("病愈"))
    records = StatusRecord.objects.values_list("change", "effective_on", "reason")
    assert list(records) == [
        ("suspend", date(2023, 5, 20), "病假"),
        ("resume", LATER, "病愈"),
    ]
    steps = History.objects.of(enrolled).values_list("action", "to_state", "reason")
    assert list(steps)[-2:] == [("suspend", "suspended", "病假"), ("resume", "enrolled", "病愈")]


def test_whoever_leaves_keeps_the_day_on_record(shop, enrolled):
    left = services.withdraw_enrolment(
        shop.clerk, enrolled, on=LATER, opinion=opinion("离职", effective_on=date(2023, 5, 31))
    )
    assert (left.state, left.left_on) == (EnrolmentState.WITHDRAWN, date(2023, 5, 31))


def test_a_change_needs_a_reason(shop, enrolled):
    with pytest.raises(InvalidInput):
        services.withdraw_enrolment(shop.clerk, enrolled, on=LATER, opinion=Opinion())


@pytest.mark.parametrize("day", ["2023-06-02", "2023-02-28", "2023-02-30", "昨天"])
def test_a_change_takes_effect_between_the_set_up_and_today(shop, enrolled, day):
    with pytest.raises(InvalidInput) as refused:
        services.suspend_enrolment(shop.clerk, enrolled, on=LATER, opinion=opinion(effective_on=day))
    assert refused.value.problems[0].field == "effective_on"


def test_a_change_does_not_take_effect_before_the_one_before(shop, enrolled):
    services.suspend_enrolment(shop.clerk, enrolled, on=LATER, opinion=opinion(effective_on=LATER))
    with pytest.raises(InvalidInput):
        services.resume_enrolment(shop.clerk, enrolled, on=LATER, opinion=opinion(effective_on="2023-05-31"))


def test_whoever_left_does_not_come_back_by_resuming(shop, enrolled):
    services.withdraw_enrolment(shop.clerk, enrolled, on=LATER, opinion=opinion())
    with pytest.raises(Conflict):
        services.resume_enrolment(shop.clerk, enrolled, on=LATER, opinion=opinion())


def test_a_transfer_registers_the_person_in_the_other_class(shop, enrolled):
    target = make.open_class(shop)
    moved = services.transfer_enrolment(
        shop.clerk, enrolled, on=LATER, opinion=opinion("调整班次", to_class=target.pk)
    )
    assert (moved.state, moved.transferred_to_id) == (EnrolmentState.TRANSFERRED, target.pk)
    arrived = target.enrolments.get()
    assert (arrived.person_id, arrived.state) == (enrolled.person_id, EnrolmentState.REGISTERED)


def test_where_somebody_was_transferred_from_is_written_in_the_language_of_the_city(shop, enrolled):
    other = make.open_class(shop)
    with translation.override("en"):
        moved = services.transfer_enrolment(
            shop.clerk, enrolled, on=make.ON, opinion=Opinion(reason="调班", extra={"to_class": other.pk})
        )
    assert other.enrolments.get().remark == f"由{moved.number}转入"


def test_a_transfer_out_of_the_enterprise_frees_the_person(shop, enrolled):
    services.transfer_enrolment(shop.clerk, enrolled, on=LATER, opinion=opinion("调往兄弟企业"))
    elsewhere = make.workshop(district="110108")
    arrived = make.register(
        elsewhere,
        make.open_class(elsewhere),
        name=enrolled.person.name,
        id_number=enrolled.person.id_number,
    )
    assert arrived.person_id == enrolled.person_id


def test_a_transfer_stays_within_occupation_level_and_enterprise(shop, enrolled):
    other_level = make.workshop(enterprise=shop.enterprise, level="technician")
    target = make.open_class(other_level)
    with pytest.raises(Refused):
        services.transfer_enrolment(shop.clerk, enrolled, on=LATER, opinion=opinion(to_class=target.pk))
    foreign = make.workshop(district="110108")
    with pytest.raises(NotFound):
        services.transfer_enrolment(
            shop.clerk, enrolled, on=LATER, opinion=opinion(to_class=make.open_class(foreign).pk)
        )
    enrolled.refresh_from_db()
    assert enrolled.state == EnrolmentState.ENROLLED


def test_another_enterprise_s_record_is_not_there(shop, enrolled):
    stranger = make.workshop(district="110108")
    with pytest.raises(NotFound):
        services.withdraw_enrolment(stranger.clerk, enrolled, on=LATER, opinion=opinion())


def test_completing_many_is_one_step_with_a_record_each(shop):
    training_class = make.enrolled_class(shop, [make.entry(), make.entry(), make.entry()])
    keys = list(training_class.enrolments.values_list("pk", flat=True))
    services.withdraw_enrolment(
        shop.clerk, training_class.enrolments.get(pk=keys[0]), on=LATER, opinion=opinion()
    )
    assert services.complete_enrolments(shop.clerk, training_class, keys, on=LATER) == 2
    assert StatusRecord.objects.filter(change="complete").count() == 2

"""Handing a roster in, the district's review, and the enrolment records that follow from it."""

from datetime import date

import pytest

from apps.accounts.middleware import actor_of
from apps.accounts.roles import Role
from apps.apprentices import services
from apps.apprentices.enums import ClassState, EnrolmentState
from apps.apprentices.models import LineSeats, TrainingClass
from apps.casework.engine import Opinion
from apps.casework.models import Decision, Deficiency, History, Notice
from apps.catalogue.models import OccupationListing
from apps.core.errors import Conflict, Forbidden, InvalidInput, NotFound, Refused
from tests.factories import accounts
from tests.factories import apprentices as make

DEFECT = {"code": "agreement_missing", "article": "三（二）1", "text": "补齐协议签订日"}


def codes(refused) -> list[str]:
    return [problem.code for problem in refused.value.problems]


def test_an_empty_roster_is_not_handed_in(shop, training_class):
    with pytest.raises(Refused) as refused:
        services.submit_roster(shop.clerk, training_class, on=make.ON)
    assert codes(refused) == ["no_apprentices"]


def test_a_roster_without_agreements_is_not_handed_in(shop, training_class):
    make.register(shop, training_class, agreement_signed_on="")
    with pytest.raises(Refused) as refused:
        services.submit_roster(shop.clerk, training_class, on=make.ON)
    assert codes(refused) == ["agreement_missing"]


def test_handing_in_starts_the_district_s_clock_and_tells_it(shop):
    training_class = make.submitted_class(shop)
    assert training_class.state == ClassState.DISTRICT_REVIEW
    assert training_class.deadline_on == date(2023, 3, 15)
    notice = Notice.objects.get(role=Role.DISTRICT_REVIEWER)
    assert notice.district_code == "110105"


def test_approval_sets_up_every_record_at_once(shop):
    training_class = make.submitted_class(shop, [make.entry(), make.entry(), make.entry()])
    services.approve_class(shop.officer, training_class, on=date(2023, 3, 8))
    records = list(training_class.enrolments.order_by("id"))
    assert [row.number for row in records] == [
        f"{training_class.number}-0001",
        f"{training_class.number}-0002",
        f"{training_class.number}-0003",
    ]
    assert {row.state for row in records} == {EnrolmentState.ENROLLED}
    assert {row.set_up_on for row in records} == {date(2023, 3, 8)}
    assert {row.policy_document.key for row in records} == {"beijing-2022-11"}
    opened = TrainingClass.objects.get(pk=training_class.pk)
    assert (opened.state, opened.opened_on) == (ClassState.OPEN, date(2023, 3, 8))


def test_every_record_has_its_history_row_with_the_officer_and_its_person_a_notice(shop):
    training_class = make.submitted_class(shop, [make.entry(), make.entry()])
    opinion = Opinion(reason="材料齐全")
    services.approve_class(shop.officer, training_class, on=make.ON, opinion=opinion)
    rows = History.objects.filter(subject_type="apprentices.enrolment", action="enrol")
    assert {(row.person_id, row.reason) for row in rows} == {(shop.officer.person_id, "材料齐全")}
    assert rows.count() == 2
    people = set(training_class.enrolments.values_list("person_id", flat=True))
    assert set(Notice.objects.filter(role="").values_list("person_id", flat=True)) == people


@pytest.mark.parametrize(
    ("listed", "kind"),
    [((date(2022, 5, 27), None), "scarce"), ((date(2022, 5, 27), date(2023, 2, 28)), "ordinary")],
)
def test_the_kind_of_occupation_is_that_of_the_day_the_record_is_set_up(shop, listed, kind):
    first, last = listed
    OccupationListing.objects.create(
        list="scarce",
        occupation_id=make.OCCUPATION[0],
        valid_from=first,
        valid_to=last,
        document="test",
    )
    training_class = make.enrolled_class(shop)
    OccupationListing.objects.update(valid_to=date(2022, 6, 1))
    assert training_class.enrolments.get().occupation_kind == kind


def test_the_document_of_the_day_governs_and_a_later_one_leaves_the_record_alone(shop):
    training_class = make.submitted_class(shop)
    before = training_class.policy_document_id
    services.approve_class(shop.officer, training_class, on=make.ON)
    assert training_class.enrolments.get().policy_document_id == before


def test_a_return_names_all_defects_and_keeps_the_earlier_decisions(shop):
    training_class = make.submitted_class(shop)
    opinion = Opinion(reason="请补正", deficiencies=[DEFECT])
    returned = services.return_class(shop.officer, training_class, on=make.ON, opinion=opinion)
    assert returned.state == ClassState.RETURNED
    assert returned.deadline_on == date(2023, 3, 22)
    again = services.submit_roster(shop.clerk, returned, on=make.ON)
    assert again.version == 2
    services.approve_class(shop.officer, again, on=make.ON)
    assert list(Decision.objects.of(again).values_list("action", flat=True)) == [
        "submit",
        "return",
        "submit",
        "approve",
    ]
    assert Deficiency.objects.get().text == "补齐协议签订日"


def test_a_return_without_defects_is_refused(shop):
    training_class = make.submitted_class(shop)
    with pytest.raises(InvalidInput):
        services.return_class(shop.officer, training_class, on=make.ON, opinion=Opinion(reason="请补正"))


def test_single_people_are_refused_with_a_reason_and_the_rest_is_approved(shop):
    training_class = make.submitted_class(shop, [make.entry(), make.entry()])
    first = training_class.enrolments.order_by("id").first()
    services.refuse_enrolment(shop.officer, first, on=make.ON, opinion=Opinion(reason="合同无效"))
    training_class.refresh_from_db()
    services.approve_class(shop.officer, training_class, on=make.ON)
    states = training_class.enrolments.order_by("id").values_list("state", "number")
    assert list(states) == [
        (EnrolmentState.REFUSED, None),
        (EnrolmentState.ENROLLED, f"{training_class.number}-0001"),
    ]


def test_a_roster_that_changed_after_it_was_read_is_not_approved(shop):
    training_class = make.submitted_class(shop, [make.entry(), make.entry()])
    read = training_class.version
    services.refuse_enrolment(
        shop.officer, training_class.enrolments.first(), on=make.ON, opinion=Opinion(reason="合同无效")
    )
    with pytest.raises(Conflict):
        services.approve_class(shop.officer, training_class, on=make.ON, opinion=Opinion(version=read))


def test_nobody_is_refused_before_the_roster_is_under_review(shop, training_class):
    enrolment = make.register(shop, training_class)
    with pytest.raises(Conflict):
        services.refuse_enrolment(shop.officer, enrolment, on=make.ON, opinion=Opinion(reason="合同无效"))


def test_a_roster_of_refused_people_is_returned_not_approved(shop):
    training_class = make.submitted_class(shop)
    services.refuse_enrolment(
        shop.officer, training_class.enrolments.get(), on=make.ON, opinion=Opinion(reason="合同无效")
    )
    with pytest.raises(Refused) as refused:
        services.approve_class(shop.officer, training_class, on=make.ON)
    assert codes(refused) == ["no_apprentices"]


def test_a_second_approval_finds_that_somebody_was_first(shop):
    training_class = make.enrolled_class(shop)
    with pytest.raises(Conflict):
        services.approve_class(shop.officer, training_class, on=make.ON)
    assert training_class.enrolments.count() == 1


def test_the_reviewer_belongs_to_the_district(shop):
    training_class = make.submitted_class(shop)
    stranger = accounts.actor(Role.DISTRICT_REVIEWER, district=accounts.district("110108"))
    with pytest.raises(NotFound):
        services.approve_class(stranger, training_class, on=make.ON)


def test_an_enterprise_does_not_review(shop):
    training_class = make.submitted_class(shop)
    with pytest.raises(Forbidden):
        services.approve_class(shop.clerk, training_class, on=make.ON)


def officer_who_is(person, district):
    """The district's officer on an account of this very person."""
    return actor_of(accounts.member(Role.DISTRICT_REVIEWER, district=district, person=person))


def test_whoever_handed_in_does_not_review_on_a_second_account(shop):
    training_class = make.submitted_class(shop)
    double = officer_who_is(shop.operator.user.person, training_class.district)
    with pytest.raises(Refused):
        services.approve_class(double, training_class, on=make.ON)
    with pytest.raises(Refused):
        services.return_class(
            double, training_class, on=make.ON, opinion=Opinion(reason="请补正", deficiencies=[DEFECT])
        )


def test_whoever_filled_in_the_roster_does_not_review_it(shop):
    """The colleague who opened the class did not hand it in, and still may not decide on it."""
    colleague = accounts.member(Role.ENTERPRISE_OPERATOR, organisation=shop.enterprise.organisation)
    training_class = services.open_class(actor_of(colleague), shop.plan, shop.line, on=make.ON)
    make.register(shop, training_class)
    services.submit_roster(shop.clerk, training_class, on=make.ON)
    double = officer_who_is(colleague.user.person, training_class.district)
    with pytest.raises(Refused) as refused:
        services.approve_class(double, training_class, on=make.ON)
    assert codes(refused) == ["own_case"]


def test_nobody_reviews_a_roster_that_they_stand_on(shop):
    person = accounts.person("孙悟空")
    training_class = make.submitted_class(shop, [make.entry(name="孙悟空", id_number=person.id_number)])
    with pytest.raises(Refused) as refused:
        services.approve_class(officer_who_is(person, training_class.district), training_class, on=make.ON)
    assert codes(refused) == ["own_enrolment"]


def test_a_cancelled_class_frees_its_people_and_seats(shop, training_class):
    enrolment = make.register(shop, training_class)
    services.cancel_class(shop.clerk, training_class, on=make.ON, opinion=Opinion(reason="停办"))
    enrolment.refresh_from_db()
    assert enrolment.state == EnrolmentState.REMOVED
    assert LineSeats.objects.get().taken == 0


def test_a_class_closes_when_nobody_trains_any_more(shop):
    training_class = make.enrolled_class(shop)
    with pytest.raises(Refused) as refused:
        services.complete_class(shop.clerk, training_class, on=make.ON)
    assert codes(refused) == ["still_training"]
    services.complete_enrolments(
        shop.clerk, training_class, list(training_class.enrolments.values_list("pk", flat=True)), on=make.ON
    )
    assert services.complete_class(shop.clerk, training_class, on=make.ON).state == ClassState.COMPLETED

"""The pages of training and results, as both partners use them."""

import re

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.accounts.middleware import actor_of
from apps.accounts.roles import Role
from apps.core import clock
from apps.demo.files import picture
from apps.training.enums import SessionSide
from apps.training.models import Assessment, Dispute, TrainingSession
from apps.training.services.disputes import raise_dispute
from tests.factories import accounts
from tests.factories import training as make
from tests.factories.accounts import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def of():
    return make.training()


@pytest.fixture
def enterprise(of):
    return client_of(of.shop.operator)


@pytest.fixture
def institution(of):
    return client_of(
        accounts.member(Role.INSTITUTION_OPERATOR, organisation=of.shop.institution.organisation)
    )


def url(name: str, *args: object) -> str:
    return reverse(f"portal:{name}", args=args)


def report(of, **changes) -> dict[str, object]:
    plan = of.shop.plan
    return {
        "course": plan.courses.get(place="enterprise").pk,
        "mentor": plan.mentors.get(side="enterprise").pk,
        "mode": "on_the_job",
        "day": "2023-03-02",
        "starts": "08:30",
        "ends": "11:30",
        **changes,
    }


def test_both_partners_find_the_class_with_its_hours(of, enterprise, institution):
    make.hold(of, minutes=450)
    for browser in (enterprise, institution):
        page = browser.get(url("training_list")).content.decode()
        assert of.training_class.number in page
        for tab in ("", "?tab=people", "?side=institution"):
            answer = browser.get(url("training_class", of.training_class.pk) + tab)
            assert answer.status_code == 200


def test_everybody_is_present_but_for_those_who_are_ticked(of, enterprise):
    first, second = of.enrolments()
    answer = enterprise.post(url("training_record", of.training_class.pk), report(of, absent=[first.pk]))
    session = TrainingSession.objects.get()
    assert answer.url == url("training_session", session.pk)
    assert [row.enrolment for row in session.attendances.all()] == [second]


def test_a_refused_session_keeps_what_was_typed_and_says_why(of, enterprise):
    answer = enterprise.post(
        url("training_record", of.training_class.pk), report(of, ends="08:00", topic="车削")
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "结束时间必须晚于开始时间" in page
    assert 'value="车削"' in page
    assert not TrainingSession.objects.exists()


def test_a_session_that_is_still_to_come_is_refused_on_its_page(of, enterprise):
    with time_machine.travel("2023-03-02T09:00:00+08:00", tick=False):
        answer = enterprise.post(url("training_record", of.training_class.pk), report(of))
    assert answer.status_code == 422
    assert "本次培训于2023-03-02 11:30结束" in answer.content.decode()
    assert not TrainingSession.objects.exists()


def test_evidence_is_handed_in_by_the_side_that_recorded(of, enterprise, institution):
    session = make.hold(of, SessionSide.ENTERPRISE)
    address = url("case_upload", "training.trainingsession", session.pk)
    photo = {"kind": "photo", "file": picture("现场", 1)}
    assert enterprise.post(address, photo).status_code == 302
    page = enterprise.get(url("training_session", session.pk)).content.decode()
    assert "<img src=" in page
    refused = institution.post(address, {"kind": "photo", "file": picture("现场", 2)})
    assert refused.status_code == 403


def test_a_session_is_taken_back_with_a_reason(of, enterprise):
    session = make.hold(of)
    address = url("training_session_cancel", session.pk)
    assert enterprise.post(address, {"reason": ""}).status_code == 400
    assert enterprise.post(address, {"reason": "记错了"}).status_code == 302
    session.refresh_from_db()
    assert session.cancel_reason == "记错了"


def test_a_dispute_is_answered_on_its_page(of, enterprise):
    person = of.enrolments()[0]
    attendance = make.hold(of).attendances.get(enrolment=person)
    raise_dispute(actor_of(make.apprentice(person)), person, text="我请假了", attendance=attendance)
    dispute = Dispute.objects.get()
    assert "我请假了" in enterprise.get(url("training_dispute", dispute.pk)).content.decode()
    address = url("training_dispute_answer", dispute.pk)
    assert enterprise.post(address, {"decision": "uphold", "answer": ""}).status_code == 400
    assert enterprise.post(address, {"decision": "uphold", "answer": "属实"}).status_code == 302
    dispute.refresh_from_db()
    assert dispute.state == "upheld"


def test_another_enterprise_finds_nothing(of):
    session = make.hold(of)
    stranger = client_of(accounts.member(Role.ENTERPRISE_OPERATOR))
    for name, pk in (
        ("training_class", of.training_class.pk),
        ("training_record", of.training_class.pk),
        ("training_session", session.pk),
        ("result_class", of.training_class.pk),
    ):
        assert stranger.get(url(name, pk)).status_code == 404


def test_sessions_come_by_file_and_bad_rows_go_back_as_a_workbook(of, enterprise):
    head = "日期,开始,结束,课程,教师/导师,出席"
    rows = ["2023-03-02,08:30,11:30,课程1,张老师1,全部", "2023-03-03,08:30,11:30,没有,张老师1,全部"]
    upload = SimpleUploadedFile("s.csv", "\n".join([head, *rows]).encode())
    answer = enterprise.post(url("training_upload", of.training_class.pk, "sessions"), {"file": upload})
    assert answer.status_code == 200
    assert answer.context["outcome"].taken == TrainingSession.objects.count() == 1
    address = url("training_rows", answer.context["token"])
    assert enterprise.get(address).content.startswith(b"PK")
    other = client_of(accounts.member(Role.ENTERPRISE_OPERATOR))
    assert other.get(address).status_code == 404


def test_a_file_that_is_no_table_is_refused_in_a_sentence(of, enterprise):
    upload = SimpleUploadedFile("s.csv", b"a,b\n1,2\n")
    answer = enterprise.post(url("training_upload", of.training_class.pk, "results"), {"file": upload})
    assert answer.status_code == 422
    assert "学籍编号" in answer.content.decode()


def test_templates_are_offered(enterprise):
    for table in ("sessions", "results"):
        assert enterprise.get(url("training_template", table)).content.startswith(b"PK")
    assert enterprise.get(url("training_template", "nothing")).status_code == 404


def results(of, *rows: dict[str, str], **common: str) -> dict[str, str]:
    data = {"common-assessed_on": "2023-11-20", **{f"common-{key}": value for key, value in common.items()}}
    for person, row in zip(of.enrolments(), rows, strict=False):
        data |= {f"r{person.pk}-{key}": value for key, value in row.items()}
    return data


def test_results_are_saved_together_with_what_is_common_to_all(of, institution):
    make.earn(of)
    data = results(
        of,
        {"result": "passed", "certificate_number": "S1"},
        {"result": "failed"},
        certificate_kind="skill_level",
        certificate_on="2023-11-25",
    )
    assert institution.post(url("result_class", of.training_class.pk), data).status_code == 302
    first, second = Assessment.objects.order_by("enrolment_id")
    assert (first.result, first.certificate_number, first.certificate_kind) == ("passed", "S1", "skill_level")
    assert (second.result, second.certificate_number, str(second.assessed_on)) == ("failed", "", "2023-11-20")


def test_a_row_that_is_refused_says_why_and_keeps_its_text_while_the_others_are_saved(of, institution):
    data = results(of, {"result": "passed", "certificate_number": "S9"}, {"result": "failed"})
    answer = institution.post(url("result_class", of.training_class.pk), data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert Assessment.objects.get().result == "failed"
    assert 'value="S9"' in page
    assert "证书须同时填写" in page


def shown(answer) -> dict[str, str]:
    """What the rows of a page of results say that they were shown with."""
    return dict(re.findall(r'name="(r\d+-shown)" value="(\w+)"', answer.content.decode()))


def test_an_older_window_does_not_set_back_a_result_that_was_corrected_since(of, institution, enterprise):
    make.earn(of)
    page = url("result_class", of.training_class.pk)
    passed, failed = {"result": "passed", "assessed_on": "2023-11-20"}, {"result": "failed"}
    institution.post(page, results(of, passed))
    old = shown(institution.get(page))
    enterprise.post(page, results(of, failed | {"assessed_on": "2023-11-20"}) | shown(enterprise.get(page)))
    answer = institution.post(page, results(of, passed, failed) | old)
    assert answer.status_code == 302  # the row that was not touched is passed over, the other one saved
    assert list(Assessment.objects.values_list("result", flat=True)) == ["failed", "failed"]


def test_a_result_typed_over_one_that_was_recorded_meanwhile_is_asked_about_first(of, institution):
    make.earn(of)
    page = url("result_class", of.training_class.pk)
    old = shown(institution.get(page))
    institution.post(page, results(of, {"result": "failed"}) | old)
    answer = institution.post(page, results(of, {"result": "passed"}) | old)
    assert answer.status_code == 422
    assert "该学徒已另行登记考核结果：不合格 2023-11-20" in answer.content.decode()
    assert Assessment.objects.get().result == "failed"
    again = institution.post(page, results(of, {"result": "passed"}) | shown(answer))
    assert (again.status_code, Assessment.objects.get().result) == (302, "passed")


def test_records_and_class_are_completed_from_the_page(of, enterprise, institution):
    for person in of.enrolments():
        make.record_failure(of, person)
    for name in ("training_class", "result_class"):  # what is next is the enterprise's, and the page says so
        assert "待企业办理结业" in institution.get(url(name, of.training_class.pk)).content.decode()
        assert "待企业办理结业" not in enterprise.get(url(name, of.training_class.pk)).content.decode()
    assert institution.post(url("result_complete", of.training_class.pk)).status_code == 403
    assert enterprise.post(url("result_complete", of.training_class.pk)).status_code == 302
    assert enterprise.post(url("result_close", of.training_class.pk)).status_code == 302
    of.training_class.refresh_from_db()
    assert of.training_class.state == "completed"


def test_results_that_all_stand_offer_nothing_to_save(of, institution):
    page = url("result_class", of.training_class.pk)
    assert "保存考核结果" in institution.get(page).content.decode()
    for person in of.enrolments():
        make.record_failure(of, person)
    Assessment.objects.update(locked_at=clock.now())
    assert "保存考核结果" not in institution.get(page).content.decode()


def test_the_pages_speak_english_as_well(of, enterprise):
    make.hold(of)
    enterprise.post(reverse("set_language"), {"language": "en"})
    page = enterprise.get(url("training_class", of.training_class.pk)).content.decode()
    assert "Hours against the plan" in page
    assert "课时进度" not in page

"""Over REST records are completed by their enterprise alone, and every refusal is a sentence."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.accounts.roles import Role
from apps.apprentices.enums import EnrolmentState
from tests.api.conftest import caller
from tests.factories import accounts, training

pytestmark = pytest.mark.django_db

OTHERS = [Role.DISTRICT_REVIEWER, Role.DISTRICT_SUPERVISOR]


def path_of(of: training.Money, step: str) -> str:
    return f"/api/v1/classes/{of.training_class.pk}/{step}/"


def ids(of: training.Money) -> dict:
    return {"enrolments": [row.pk for row in of.enrolments()]}


def states(of: training.Money) -> set[str]:
    return {row.state for row in of.enrolments()}


@pytest.mark.parametrize("role", OTHERS)
def test_who_only_sees_a_class_completes_nobody_in_it(role: Role):
    of = training.training()
    for row in of.enrolments():
        training.record_failure(of, row)
    official = accounts.member(role, district=of.training_class.district)
    answer = caller(official)("post", path_of(of, "complete-enrolments"), ids(of))
    assert answer.status_code in (403, 404)
    assert answer.json()["title"]
    assert states(of) == {EnrolmentState.ENROLLED}


def test_an_apprentice_completes_nobody():
    of = training.training()
    someone = of.enrolments()[0]
    training.record_failure(of, someone)
    answer = caller(training.apprentice(someone))("post", path_of(of, "complete-enrolments"), ids(of))
    assert answer.status_code in (403, 404)
    assert states(of) == {EnrolmentState.ENROLLED}


def test_the_enterprise_completes_those_who_have_a_result_and_is_told_where_nobody_has_one():
    of = training.training()
    first, second = of.enrolments()
    call = caller(
        accounts.member(Role.ENTERPRISE_OPERATOR, organisation=of.training_class.enterprise.organisation)
    )
    answer = call("post", path_of(of, "complete-enrolments"), ids(of))
    assert (answer.status_code, answer.json()["code"]) == (422, "nobody_to_complete")
    training.record_failure(of, second)
    assert call("post", path_of(of, "complete-enrolments"), ids(of)).json() == {"count": 1}
    assert [row.state for row in of.enrolments()] == [EnrolmentState.ENROLLED, EnrolmentState.COMPLETED]
    alone = call("post", f"/api/v1/enrolments/{first.pk}/complete/", {})
    assert (alone.status_code, alone.json()["code"]) == (422, "no_result_yet")


def test_a_document_that_is_not_taken_is_refused_with_a_sentence():
    of = training.training()
    official = accounts.member(Role.DISTRICT_REVIEWER, district=of.training_class.district)
    upload = SimpleUploadedFile("a.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")
    answer = Client().post(
        path_of(of, "documents"),
        {"kind": "photo", "file": upload},
        headers={"Authorization": f"Bearer {accounts.token(official)[1]}", "Accept-Language": "en"},
    )
    assert answer.status_code == 403
    assert "not with you" in answer.json()["title"]

"""The training records of a class at the desk: hours, disputes, evidence, results."""

import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import AccessLog
from apps.accounts.roles import Role
from apps.training.enums import SessionSide
from apps.training.models import Dispute
from tests.factories import accounts, claims, training

pytestmark = pytest.mark.django_db


@pytest.fixture
def of():
    return training.training(people=2)


def reviewer(district: str = "110105"):
    return accounts.client_for(Role.DISTRICT_REVIEWER, district=accounts.district(district))


def page(of, *, who=None, **query: str) -> str:
    url = reverse("desk:class_training", args=[of.training_class.pk])
    return (who or reviewer()).get(url, query).content.decode()


def test_the_page_shows_hours_and_what_is_disputed_and_not_proven(of):
    bare = training.hold(of, SessionSide.ENTERPRISE, day=5)
    proven = claims.evidence(of, 2)
    enrolment = of.enrolments()[0]
    Dispute.objects.create(
        enrolment=enrolment,
        attendance=bare.attendances.get(enrolment=enrolment),
        text="那天我没有上课",
        raised_by_id=of.clerk.user_id,
    )
    everything = page(of)
    assert "那天我没有上课" in everything
    only_bare = page(of, evidence="none")
    assert reverse("desk:training_session", args=[bare.pk]) in only_bare
    assert reverse("desk:training_session", args=[proven.pk]) not in only_bare


def test_the_page_of_people_shows_credits_and_results_in_as_many_queries_for_one_as_for_three():
    client = reviewer()
    counts = []
    for people in (1, 3):
        of = training.training(people=people)
        training.hold(of)
        claims.result(of, of.enrolments()[0], "passed", certificate=True)
        url = reverse("desk:class_training", args=[of.training_class.pk])
        client.get(url, {"tab": "people"})
        with CaptureQueriesContext(connection) as captured:
            shown = client.get(url, {"tab": "people"}).content.decode()
        assert of.enrolments()[0].assessment.certificate_number in shown
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_workbook_lists_everybody_and_the_access_log_keeps_who_took_it(of):
    training.hold(of)
    url = reverse("desk:class_training_file", args=[of.training_class.pk])
    book = openpyxl.load_workbook(io.BytesIO(reviewer().get(url).content))
    numbers = [row[0].value for row in book.active.iter_rows(min_row=2)]
    assert numbers == [row.number for row in of.enrolments()]
    assert AccessLog.objects.filter(action="exported").count() == 1


def test_one_apprentices_attendance_and_a_session_can_be_read(of):
    session = training.hold(of)
    client = reviewer()
    own = client.get(reverse("desk:enrolment_training", args=[of.enrolments()[0].pk])).content.decode()
    assert reverse("desk:training_session", args=[session.pk]) in own
    shown = client.get(reverse("desk:training_session", args=[session.pk])).content.decode()
    assert of.enrolments()[1].person.name in shown


def test_another_district_finds_no_such_class(of):
    url = reverse("desk:class_training", args=[of.training_class.pk])
    assert reviewer("110108").get(url).status_code == 404

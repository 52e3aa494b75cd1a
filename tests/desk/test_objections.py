"""Objections and notices at the desk, in the portal and over REST."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import AccessLog
from apps.accounts.roles import Role
from apps.claims.models import Objection
from apps.claims.services.sign_claim import sign_claim
from apps.core.clock import today
from tests.factories import accounts, notices
from tests.factories import claims as make
from tests.factories.apprentices import ON

pytestmark = pytest.mark.django_db
GIVEN = {"name": "赵举报", "contact": "13900001111", "reason": "此人从未在该企业工作。"}


@pytest.fixture
def of():
    return make.money(people=2)


@pytest.fixture
def notice(of):
    return notices.by_hand(of, on=today())


@pytest.fixture
def objection(notice):
    return notices.objected(notice.claim, 1, on=today())


@pytest.fixture
def officer(of) -> Client:
    """A reviewer of the district without a part in the claim."""
    return accounts.client_of(accounts.member(Role.DISTRICT_REVIEWER, district=of.training_class.district))


def page(client: Client, name: str, *args, **query) -> str:
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def test_an_objection_waits_in_the_queue_and_shows_nobody(officer, objection):
    assert objection.number in page(officer, "desk:queue_kind", "claims.objection")
    assert objection.number in page(officer, "desk:objection_list", state="open", q=objection.number[-6:])
    text = page(officer, "desk:objection", objection.pk)
    assert notices.REASON in text
    assert notices.OBJECTOR.name not in text
    assert notices.OBJECTOR.contact not in text


def test_who_objected_is_shown_with_a_reason_that_is_logged(officer, objection):
    address = reverse("desk:objection_show", args=[objection.pk])
    assert officer.post(address, {"reason": " "}).status_code == 400
    text = officer.post(address, {"reason": "电话核实"}).content.decode()
    assert notices.OBJECTOR.contact in text
    assert AccessLog.objects.filter(action="unmasked", reason="电话核实").count() == 1


def test_who_only_reads_is_offered_no_note(officer, objection):
    auditor = accounts.client_of(accounts.member(Role.AUDITOR))
    note = reverse("desk:case_note", args=["claims.objection", objection.pk])
    for name, pk in (("desk:objection", objection.pk), ("desk:claim_review", objection.line.notice.claim_id)):
        assert 'id="notes"' in page(auditor, name, pk)
        assert 'id="note-text"' not in page(auditor, name, pk)

    assert 'id="note-text"' in page(officer, "desk:objection", objection.pk)
    assert auditor.post(note, {"text": "x"}).status_code == 403


def test_an_officer_writes_an_objection_down_from_the_claim(officer, notice):
    claim = notice.claim
    assert reverse("desk:claim_object", args=[claim.pk]) in page(officer, "desk:claim_review", claim.pk)
    way = officer.get(reverse("desk:claim_object", args=[claim.pk]), {"position": "2"})
    assert officer.get(way.url).status_code == 200
    done = officer.post(way.url, {**GIVEN, "received_on": today().isoformat()})
    made = Objection.objects.get()
    assert done.url == reverse("desk:objection", args=[made.pk])
    assert (made.channel, made.line.position) == ("office", 2)
    assert officer.get(reverse("desk:claim_object", args=[claim.pk]), {"position": "x"}).status_code == 404


def test_the_supervisor_reads_until_when_and_what_to_do(of, notice):
    supervisor = accounts.client_of(
        accounts.member(Role.DISTRICT_SUPERVISOR, district=of.training_class.district)
    )
    text = page(supervisor, "desk:claim_review", notice.claim.pk)
    assert f"公示至 {notice.ends_on.year}年" in text or notice.ends_on.isoformat() in text


def test_the_enterprise_reads_that_a_line_is_held_and_not_by_whom(of, objection):
    clerk = accounts.client_of(of.shop.operator)
    text = page(clerk, "portal:claim_detail", objection.claim_id)
    assert 'id="public-notice"' in text
    for secret in (notices.OBJECTOR.name, notices.REASON, objection.number):
        assert secret not in text
    assert clerk.get(reverse("desk:objection", args=[objection.pk])).status_code in (403, 404)
    told = page(clerk, "portal:notice_list")
    assert objection.claim.number in told


def test_a_decision_is_taken_at_the_page_and_the_reviewer_of_the_claim_is_told_why_not(
    of, officer, objection
):
    address = reverse("desk:case_step", args=["claims.objection", objection.pk])
    reviewer = accounts.client_of(of.shop.reviewer)
    assert 'value="dismiss"' not in page(reviewer, "desk:objection", objection.pk)
    assert reviewer.post(address, {"action": "dismiss", "reason": "x"}).status_code == 422
    assert officer.post(address, {"action": "dismiss"}).status_code == 400
    assert officer.post(address, {"action": "dismiss", "reason": "经核查属实在岗"}).status_code == 302
    objection.refresh_from_db()
    assert objection.state == "dismissed"


def _program(of, role: Role = Role.DISTRICT_REVIEWER) -> Client:
    member = accounts.member(role, district=of.training_class.district)
    return Client(headers={"Authorization": f"Bearer {accounts.token(member)[1]}"})


def test_programs_read_notices_write_an_objection_down_and_decide_it(of, notice):
    program = _program(of)
    found = program.get(reverse("api:public-notice-list")).json()["results"]
    assert [row["number"] for row in found] == [notice.number]
    claim = program.get(reverse("api:claim-detail", args=[notice.claim_id])).json()
    assert claim["published_until"] == notice.ends_on.isoformat()
    lines = program.get(reverse("api:public-notice-lines", args=[notice.pk])).json()["results"]
    body = {**GIVEN, "line": lines[0]["id"]}
    made = program.post(
        reverse("api:objection-list"), body, "application/json", headers={"Idempotency-Key": "objection-1"}
    )
    assert made.status_code == 201
    shown = made.json()
    assert GIVEN["name"] not in str(shown)
    decide = reverse("api:objection-uphold", args=[shown["id"]])
    refused = program.post(decide, {"reason": "属实"}, "application/json")
    assert refused.status_code == 422
    done = _program(of).post(decide, {"reason": "属实"}, "application/json")
    assert (done.status_code, done.json()["state"]) == (200, "upheld")


def test_a_supervisor_has_it_examined_anew_and_whoever_decided_is_told_why_not(of, officer, objection):
    district = of.training_class.district
    address = reverse("desk:case_step", args=["claims.objection", objection.pk])
    decider = accounts.client_of(accounts.member(Role.DISTRICT_SUPERVISOR, district=district))
    assert decider.post(address, {"action": "dismiss", "reason": "经核查属实在岗"}).status_code == 302
    assert 'value="reopen"' not in page(decider, "desk:objection", objection.pk)
    assert 'value="reopen"' not in page(officer, "desk:objection", objection.pk)
    other = accounts.client_of(accounts.member(Role.DISTRICT_SUPERVISOR, district=district))
    text = page(other, "desk:objection", objection.pk)
    assert 'value="reopen"' in text
    assert 'id="anew"' in text
    assert other.post(address, {"action": "reopen"}).status_code == 400
    assert other.post(address, {"action": "reopen", "reason": "漏看缴费记录"}).status_code == 302
    assert 'value="dismiss"' not in page(other, "desk:objection", objection.pk)
    assert 'value="dismiss"' in page(officer, "desk:objection", objection.pk)
    told = Client().get(reverse("public:objection_receipt", args=[objection.number])).content.decode()
    assert "重新" in told
    assert "漏看缴费记录" in told


def test_the_supervisor_reads_why_a_signed_one_is_not_examined_anew(of, officer, objection):
    district = of.training_class.district
    notices.dismissed(of, objection, on=today())
    sign_claim(of.supervisor, objection.claim, on=ON)
    supervisor = accounts.client_of(accounts.member(Role.DISTRICT_SUPERVISOR, district=district))
    text = page(supervisor, "desk:objection", objection.pk)
    assert 'id="not-anew"' in text
    assert 'value="reopen"' not in text


def test_a_list_of_decided_objections_asks_no_more_for_more_of_them(of, notice):
    for position in (1, 2):
        notices.dismissed(of, notices.objected(notice.claim, position, on=today()), on=today())
    program = _program(of, Role.DISTRICT_SUPERVISOR)
    address = reverse("api:objection-list")
    with CaptureQueriesContext(connection) as asked:
        rows = program.get(address).json()["results"]
    assert [row["steps"] for row in rows] == [["reopen"], ["reopen"]]
    assert sum("claims_claimline" in query["sql"] for query in asked) == 1


def test_programs_have_an_objection_examined_anew(of, officer, objection):
    notices.dismissed(of, objection, on=today())
    address = reverse("api:objection-reopen", args=[objection.pk])
    assert _program(of).post(address, {"reason": "x"}, "application/json").status_code == 403
    done = _program(of, Role.DISTRICT_SUPERVISOR).post(address, {"reason": "漏看"}, "application/json")
    assert (done.status_code, done.json()["state"]) == (200, "open")


def test_an_objection_that_came_after_the_notice_is_refused_with_a_sentence(officer, of):
    over = notices.by_hand(of, on=today() - timedelta(days=30))
    address = reverse("desk:objection_new", args=[over.pk, 1])
    answer = officer.post(address, {**GIVEN, "received_on": today().isoformat()})
    assert answer.status_code == 422
    assert GIVEN["reason"] in answer.content.decode()

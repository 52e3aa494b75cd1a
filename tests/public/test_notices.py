"""Public notices and the form of an objection, without signing in (公示)."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from apps.claims.models import Objection
from apps.core import rls
from apps.core.clock import today
from apps.core.files import open_file
from apps.public.views import notices as views
from tests.factories import claims as make
from tests.factories import notices
from tests.factories.apprentices import ON

pytestmark = pytest.mark.django_db
GIVEN = {"name": "赵举报", "contact": "13900001111", "reason": "此人从未在该企业工作。"}


@pytest.fixture
def of():
    return make.money(people=3)


@pytest.fixture
def notice(of):
    """A notice that runs today."""
    return notices.by_hand(of, on=today())


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"Accept-Language": "zh-hans"})


def get(visitor: Client, name: str, *args, status: int = 200, **query) -> str:
    """The page as the web server serves it: a process that shows nothing outside a scope."""
    with rls.nothing():
        response = visitor.get(reverse(f"public:{name}", args=args), query)
    assert response.status_code == status
    return response.content.decode()


def post(visitor: Client, notice, position: int = 1, **data):
    with rls.nothing():
        return visitor.post(reverse("public:objection_new", args=[notice.pk, position]), data)


def test_whoever_does_not_sign_in_finds_a_notice_by_district_and_name(visitor, notice):
    name = notice.enterprise.organisation.name
    assert name in get(visitor, "notice_list")
    assert name in get(visitor, "notice_list", q=name[2:8], district=notice.district_id)
    assert notice.number not in get(visitor, "notice_list", q="没有这家企业")
    assert notice.number not in get(visitor, "notice_list", district="110108")


def test_the_list_shows_no_name_no_number_and_no_account(visitor, notice, of):
    page = get(visitor, "notice_detail", notice.pk)
    sheet = visitor.get(reverse("public:notice_sheet", args=[notice.pk])).content
    cells = [cell for row in load_workbook(io.BytesIO(sheet)).active.values for cell in row]
    text = page + " ".join(map(str, cells))
    for enrolment in of.enrolments():
        person = enrolment.person
        for secret in (person.name, person.id_number, person.id_number[-6:], person.mobile, enrolment.number):
            assert not secret or secret not in text
    claim = notice.claim
    assert claim.bank_account.account_number not in text
    assert claim.number not in text
    for line in notice.lines.all():
        assert line.shown_name in text
    assert "王**" in cells


def test_what_is_over_or_taken_down_or_not_begun_is_not_there(visitor, of):
    over = notices.by_hand(of, on=ON)
    get(visitor, "notice_detail", over.pk, status=404)
    get(visitor, "notice_sheet", over.pk, status=404)
    get(visitor, "objection_new", over.pk, 1, status=404)
    down = notices.by_hand(make.money(people=1), on=today())
    type(down).objects.filter(pk=down.pk).update(taken_down_on=today())
    get(visitor, "notice_detail", down.pk, status=404)
    later = notices.by_hand(make.money(people=1), on=today() + timedelta(days=3))
    get(visitor, "notice_detail", later.pk, status=404)


def test_an_objection_is_handed_in_with_a_file_and_followed_by_its_receipt(visitor, notice, of):
    upload = SimpleUploadedFile("离职证明.pdf", b"%PDF-1.4 left")
    answer = post(visitor, notice, 2, **GIVEN, file=upload)
    objection = Objection.objects.get()
    assert answer.url == reverse("public:objection_receipt", args=[objection.number])
    assert (objection.line.position, objection.objector_contact) == (2, GIVEN["contact"])
    assert objection.file.sealed
    assert open_file(objection.file).read() == b"%PDF-1.4 left"
    page = get(visitor, "objection_receipt", objection.number.lower())
    assert objection.number in page
    assert GIVEN["name"] not in page
    notices.upheld(of, objection, on=today())
    page = get(visitor, "objection_receipt", objection.number)
    assert "经核查，该人已退休。" in page
    assert (
        reverse("public:objection_receipt", args=[objection.number])
        in visitor.get(reverse("public:objection_lookup"), {"number": f" {objection.number} "}).url
    )


def test_what_was_typed_right_is_kept_when_something_is_missing(visitor, notice):
    answer = post(visitor, notice, name="赵举报", contact="", reason="不属实")
    assert answer.status_code == 422
    assert "赵举报" in answer.content.decode()
    assert not Objection.objects.exists()
    answer = post(visitor, notice, **GIVEN, file=SimpleUploadedFile("x.pdf", b"MZ no pdf"))
    assert answer.status_code == 400
    assert GIVEN["reason"] in answer.content.decode()
    assert not Objection.objects.exists()


def test_a_receipt_number_that_nobody_has_is_asked_for_again_and_kept(visitor):
    answer = visitor.get(reverse("public:objection_lookup"), {"number": "YY20261122-<WRONG>"}, follow=True)
    page = answer.content.decode()
    assert answer.status_code == 404
    assert 'value="YY20261122-&lt;WRONG&gt;"' in page
    assert 'aria-describedby="number-error"' in page
    assert "没有该回执编号的异议" in page
    assert reverse("public:notice_list") in page


def test_objections_from_one_address_are_limited_in_number(visitor, notice, monkeypatch):
    monkeypatch.setattr(views, "OBJECTIONS_AN_HOUR", 2)
    assert [post(visitor, notice, **GIVEN).status_code for _n in range(3)] == [302, 302, 429]
    assert Objection.objects.count() == 2


def test_receipts_are_not_tried_out(visitor, monkeypatch):
    monkeypatch.setattr(views, "LOOKS_AN_HOUR", 2)
    for status in (404, 404, 429):
        get(visitor, "objection_receipt", "YY20230301-AAAAAAAAAA", status=status)


def test_an_objection_needs_the_token_of_its_form(notice):
    strict = Client(enforce_csrf_checks=True)
    assert post(strict, notice, **GIVEN).status_code == 403

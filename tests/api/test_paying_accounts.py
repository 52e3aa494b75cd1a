"""Paying accounts over REST: entered by one person, signed for by another, each once per idempotency key."""

import pytest

from apps.accounts.models import AccessLog, Membership
from apps.accounts.roles import Role
from apps.banking.models import PayingAccount
from apps.casework import wording
from apps.casework.models import Notice
from tests.api.conftest import caller
from tests.factories import accounts

pytestmark = pytest.mark.django_db
ACCOUNTS = "/api/v1/paying-accounts/"
NUMBER = "6222020200112233445"


def body(**more: object) -> dict:
    return {
        "profile_key": "city-commercial",
        "account_name": "朝阳区财政局",
        "account_number": NUMBER,
        "bank_name": "北京银行朝阳支行",
        "district": "110105",
        **more,
    }


@pytest.fixture
def place():
    return accounts.district("110105")


def call_of(actor):
    return caller(Membership.objects.get(pk=actor.membership_id))


def finance(place):
    return accounts.actor(Role.FINANCE_OFFICER, district=place)


def entered(place) -> tuple[object, dict]:
    clerk = finance(place)
    answer = call_of(clerk)("post", ACCOUNTS, body(), key="enter")
    assert answer.status_code == 201, answer.content
    return clerk, answer.json()


def test_an_account_is_entered_once_per_key_and_its_number_is_answered_masked(place):
    clerk, shown = entered(place)
    again = call_of(clerk)("post", ACCOUNTS, body(), key="enter")
    assert (again.status_code, again.json()) == (201, shown)
    kept = PayingAccount.objects.get()
    assert kept.account_number == NUMBER
    assert NUMBER not in str(shown)
    assert (shown["confirmed_on"], shown["retired_on"]) == (None, None)
    assert AccessLog.objects.filter(action="bank_account_added").count() == 1


def test_whoever_may_sign_is_told_that_an_account_waits(place):
    _clerk, shown = entered(place)
    told = Notice.objects.filter(code="banking.payingaccount.entered", subject_id=shown["id"])
    assert {(row.role, row.district_code) for row in told} == {
        ("finance_officer", "110105"),
        ("district_supervisor", "110105"),
    }
    sentence = wording.sentence(told[0])
    assert "朝阳区财政局" in sentence
    assert NUMBER not in sentence


@pytest.mark.parametrize("role", [Role.FINANCE_OFFICER, Role.DISTRICT_SUPERVISOR])
def test_another_person_signs_for_it_and_finance_takes_it_out_of_use(place, role):
    clerk, shown = entered(place)
    path = f"{ACCOUNTS}{shown['id']}/"
    own = call_of(clerk)("post", f"{path}sign/", {}, key="own")
    assert (own.status_code, own.json()["code"]) == (403, "own_entry")
    signer = accounts.actor(role, district=place)
    signed = call_of(signer)("post", f"{path}sign/", {}, key="sign")
    assert (signed.status_code, bool(signed.json()["confirmed_on"])) == (200, True)
    listed = call_of(signer)("get", ACCOUNTS).json()["results"]
    assert [row["id"] for row in listed] == [shown["id"]]
    assert call_of(signer)("post", f"{path}sign/", {}, key="twice").status_code == 422
    retired = call_of(clerk)("post", f"{path}retire/", {}, key="retire")
    assert (retired.status_code, bool(retired.json()["retired_on"])) == (200, True)


@pytest.mark.parametrize(("verb", "given"), [("", body()), ("sign/", {}), ("retire/", {})])
def test_each_of_them_asks_for_an_idempotency_key(place, verb, given):
    clerk, shown = entered(place)
    path = f"{ACCOUNTS}{shown['id']}/{verb}" if verb else ACCOUNTS
    answer = call_of(clerk)("post", path, given)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")


def test_other_roles_other_districts_and_other_scopes_do_nothing(place):
    _clerk, shown = entered(place)
    path = f"{ACCOUNTS}{shown['id']}/"
    supervisor = accounts.actor(Role.DISTRICT_SUPERVISOR, district=place)
    assert call_of(supervisor)("post", ACCOUNTS, body(), key="a").status_code == 403
    assert call_of(supervisor)("post", f"{path}retire/", {}, key="b").status_code == 403
    reviewer = accounts.actor(Role.DISTRICT_REVIEWER, district=place)
    assert call_of(reviewer)("post", f"{path}sign/", {}, key="c").status_code == 403
    foreign = finance(accounts.district("110108"))
    assert call_of(foreign)("post", f"{path}sign/", {}, key="d").status_code == 404
    other = call_of(foreign)("post", ACCOUNTS, body(account_number="6222020200119999999"), key="e")
    assert (other.status_code, other.json()["code"]) == (403, "other_district")
    reading = caller(Membership.objects.get(pk=finance(place).membership_id), ["payments:read"])
    assert reading("post", f"{path}sign/", {}, key="f").status_code == 403
    assert PayingAccount.objects.get().confirmed_on is None


def test_what_cannot_be_is_refused_by_its_field(place):
    clerk = finance(place)
    for wrong, status in (
        ({"account_number": "12"}, 400),
        ({"bank_code": "12"}, 400),
        ({"profile_key": "no-such-bank"}, 404),
        ({"fund": "no-such-fund"}, 404),
        ({"district": "999999"}, 404),
    ):
        answer = call_of(clerk)("post", ACCOUNTS, body(**wrong), key=str(wrong))
        assert answer.status_code == status, answer.content
    assert not PayingAccount.objects.exists()

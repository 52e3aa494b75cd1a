"""In the demo city anybody lets days pass from the strip on the page; nowhere else is there such a thing."""

from datetime import timedelta

import pytest

from apps.accounts.roles import Role
from apps.core.clock import today
from apps.demo import calendar
from tests.factories import accounts

pytestmark = pytest.mark.django_db
AT = "/demo/days/"


@pytest.fixture
def officer():
    return accounts.client_for(Role.CITY_OFFICER)


def test_days_pass_for_everybody_and_one_is_back_at_the_page(officer):
    before = today()
    answer = officer.post(AT, {"days": "8", "next": "/desk/"}, follow=True)
    assert today() == before + timedelta(days=8)
    assert answer.redirect_chain[0][0] == "/desk/"
    assert str(today().year) in answer.content.decode()


@pytest.mark.parametrize("days", ["0", "-3", "2001", "八", ""])
def test_no_days_or_too_many_are_refused_with_a_sentence(officer, days):
    before = today()
    page = officer.post(AT, {"days": days, "next": "/desk/"}, follow=True).content.decode()
    assert today() == before
    assert "2000" in page


def test_another_site_is_not_gone_to(officer):
    assert officer.post(AT, {"days": "1", "next": "https://example.org/"}).headers["Location"] == "/"


def test_there_is_no_such_thing_outside_the_demo_city(officer, settings):
    settings.DEMO_CITY = False
    before = today()
    assert officer.post(AT, {"days": "8"}).status_code == 404
    assert today() == before
    assert "demo-days" not in officer.get("/desk/", follow=True).content.decode()


def test_a_page_asks_the_calendar_once_and_the_next_page_asks_again(officer, monkeypatch):
    asked = []
    monkeypatch.setattr(calendar.cache, "get", _counted(asked, calendar.cache.get))
    for _page in range(2):
        officer.get("/desk/queue/")
        assert asked.count(calendar.KEY) == 1
        asked.clear()


def _counted(asked, get):
    def counting(key, *rest, **named):
        asked.append(key)
        return get(key, *rest, **named)

    return counting


def test_the_strip_offers_it_to_whoever_signed_in(officer, client):
    assert 'action="/demo/days/"' in officer.get("/desk/", follow=True).content.decode()
    assert "/demo/days/" not in client.get("/", follow=True).content.decode()

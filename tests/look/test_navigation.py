"""The side navigation marks the page that one is on."""

import pytest
from django.test import RequestFactory

from apps.core import navigation
from apps.core.navigation import Item, Section, mark_current


@pytest.fixture(autouse=True)
def _only_doors_of_this_test(monkeypatch):
    for registry in ("_doors", "_bells", "_starts"):
        monkeypatch.setattr(navigation, registry, {})


def current_of(sections, path):
    return [item.label for section in mark_current(sections, path) for item in section.items if item.current]


def test_the_item_whose_address_lies_closest_above_the_page_is_current():
    sections = [
        Section("", (Item("desk", "/desk/"), Item("plans", "/desk/plans/"), Item("money", "/desk/money/")))
    ]

    assert current_of(sections, "/desk/plans/17/") == ["plans"]
    assert current_of(sections, "/desk/") == ["desk"]


def test_the_start_page_is_current_only_on_itself():
    sections = [Section("", (Item("start", "/"),))]

    assert current_of(sections, "/desk/") == []
    assert current_of(sections, "/") == ["start"]


def test_an_item_that_a_door_marked_wins_over_the_address():
    sections = [
        Section("", (Item("plans", "/desk/plans/"), Item("late", "/desk/plans/?late=1", current=True)))
    ]

    assert current_of(sections, "/desk/plans/") == ["late"]


def test_sections_of_all_doors_stand_in_the_order_of_registration_and_empty_ones_fall_away():
    navigation.register("portal", lambda _request: [Section("Portal", (Item("plans", "/portal/plans/"),))])
    navigation.register(
        "desk", lambda _request: [Section("Nothing", ()), Section("Desk", (Item("q", "/desk/"),))]
    )

    request = RequestFactory().get("/desk/")

    assert [section.label for section in navigation.sections_for(request)] == ["Portal", "Desk"]


def test_a_page_without_the_frame_asks_no_door():
    asked = []
    navigation.register("desk", lambda _request: asked.append(_request) or [])

    request = RequestFactory().get("/")
    request.actor = None
    navigation.context(request)

    assert asked == []


def test_a_request_refused_before_anybody_looked_who_acts_gets_no_navigation():
    navigation.register("desk", lambda request: request.actor.role)

    assert navigation.context(RequestFactory().get("/")) == {"navigation": [], "bell": None}


def test_the_first_door_that_knows_the_role_says_where_work_begins():
    navigation.register_start("portal", lambda _request: None)
    navigation.register_start("desk", lambda _request: "/desk/")

    assert navigation.start_for(RequestFactory().get("/")) == "/desk/"

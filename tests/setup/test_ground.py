"""What stands for the next test is as if the next test had made it itself."""

import logging
import pickle
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from unittest.mock import patch

import pytest
import time_machine
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, connections, transaction
from django.test import override_settings
from django.utils import translation

from apps.accounts.models import District
from tests.beginnings import bear_their_own_names, together
from tests.factories import accounts
from tests.ground import GROUND, Ground, stands, stands_upon

pytestmark = pytest.mark.django_db
CALLS: list[str] = []


@stands
def district(code: str) -> District:
    CALLS.append(code)
    mail.send_mail("told", "", "a@example.org", ["b@example.org"])
    transaction.on_commit(lambda: CALLS.append("committed"))
    logging.getLogger("apps.tests").error("made")
    return accounts.district(code)


@stands
def renamed(place: District, name: str) -> str:
    place.name = name
    place.save()
    return name


@stands_upon(lambda: district("110105"))
def two(other: str) -> list[District]:
    return [district("110105"), district(other)]


@pytest.fixture(autouse=True)
def _nothing_stands_yet() -> None:
    CALLS.clear()
    GROUND.settle()
    next_test()


def next_test() -> None:
    """What happens between two tests of a module: the first one's doings go, and the next begins."""
    GROUND.end()
    GROUND._sql(f"ROLLBACK TO SAVEPOINT {connection.ops.quote_name(connection.savepoint_ids[0])}")
    GROUND.begin()


def known() -> set[str]:
    return set(District.objects.values_list("code", flat=True))


def test_the_next_test_finds_rows_and_objects_as_they_were_made(caplog):
    for _test in range(3):
        found = district("110105")
        assert (found.name, known()) == ("朝阳区", {"110105"})
        assert (mail.outbox, connection.run_on_commit, caplog.text) == ([], [], "")
        found.name = "改"
        found.save()
        accounts.district("110108")
        next_test()
    assert CALLS == ["110105"]


def test_who_asks_the_database_first_sees_nothing_of_it():
    district("110105")
    next_test()
    assert known() == set()
    district("110105")
    assert CALLS == ["110105", "110105"]


def test_another_connection_object_is_watched_as_well():
    """While a browser is open, an event loop runs in this thread, and Django gives the tests another one."""
    other = connections.create_connection("default")
    other.connection = connection.connection
    assert GROUND.waiting
    other.cursor().close()
    assert not GROUND.waiting
    other.connection = None


def test_a_connection_that_is_no_longer_that_of_the_tests_is_left_without_a_transaction():
    ground, mine = Ground(), connections["default"]
    first, second = (connections.create_connection("default") for _each in range(2))
    try:
        connections["default"] = first
        ground.open("a module before the browser")
        raw = first.connection
        connections["default"] = second
        ground.close()
    finally:
        connections["default"] = mine
    assert raw.closed
    first.ensure_connection()
    assert not first.in_atomic_block
    first.close()


def test_who_begins_otherwise_sees_only_what_it_asked_for():
    district("110105")
    next_test()
    district("110108")
    assert known() == {"110108"}
    next_test()
    two("110101")
    assert known() == {"110105", "110101"}
    next_test()
    CALLS.clear()
    two("110108")
    assert (known(), CALLS) == ({"110105", "110108"}, ["110105", "110108"])


def test_one_that_asked_for_less_is_left_with_less():
    district("110105")
    district("110108")
    next_test()
    district("110105")
    assert known() == {"110105"}


def test_what_a_function_did_to_what_it_was_given_is_done_in_the_next_test_as_well():
    for _test in range(2):
        place = district("110105")
        renamed(place, "新名")
        assert (place.name, District.objects.get().name) == ("新名", "新名")
        next_test()
    assert CALLS == ["110105"]


@pytest.mark.parametrize(
    "elsewhere",
    [
        lambda: translation.override("en"),
        lambda: time_machine.travel("2023-03-01", tick=False),
        lambda: override_settings(DEMO_CITY=False),
        lambda: patch("tests.factories.accounts.LONG_AGO", None),
    ],
)
def test_another_language_day_setting_or_function_is_another_ground(
    elsewhere: Callable[[], AbstractContextManager],
):
    district("110105")
    next_test()
    with elsewhere():
        district("110105")
    assert CALLS == ["110105", "110105"]


def test_what_monkeypatch_replaced_is_another_ground(monkeypatch):
    district("110105")
    next_test()
    monkeypatch.setattr(accounts, "LONG_AGO", None)
    district("110105")
    assert CALLS == ["110105", "110105"]


def test_files_are_there_again(settings, tmp_path):
    @stands
    def filed() -> str:
        CALLS.append("filed")
        return default_storage.save("a/paper.txt", ContentFile("text"))

    for folder in ("one", "two"):
        settings.MEDIA_ROOT = str(tmp_path / folder)
        assert Path(settings.MEDIA_ROOT, filed()).read_text() == "text"
        next_test()
    assert CALLS == ["filed"]


def test_what_goes_wrong_leaves_what_it_leaves_without_a_ground():
    @stands
    def broken() -> None:
        accounts.district("110105")
        with transaction.atomic():
            District.objects.create(code="110105", name="又", name_en="Again", position=1)

    with pytest.raises(IntegrityError):
        broken()
    assert known() == {"110105"}


def test_what_cannot_be_kept_is_not_left_to_chance():
    @stands
    def unkept() -> Callable[[], None]:
        return lambda: None

    with pytest.raises(pickle.PicklingError, match="unkept"):
        unkept()


def test_tests_that_begin_alike_stand_together(request):
    items = request.session.items
    ordered = together(list(items))
    assert sorted(map(id, ordered)) == sorted(map(id, items))
    assert together(ordered) == ordered


def test_two_tests_of_one_name_end_the_run_for_one_of_them_would_not_be_run() -> None:
    bear_their_own_names(["a.py::test_it[1]", "a.py::test_it[2]"])
    with pytest.raises(pytest.UsageError, match="bear one name"):
        bear_their_own_names(["a.py::test_it", "a.py::test_it", "b.py::test_it"])


def test_the_workers_say_to_the_controller_which_tests_they_found(pytestconfig: pytest.Config) -> None:
    hook = pytestconfig.pluginmanager.hook.pytest_xdist_node_collection_finished
    with pytest.raises(pytest.UsageError, match="several times"):
        hook(node=None, ids=["several times", "several times"])

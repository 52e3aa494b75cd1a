"""The setting that opens the rows of a district: it ends with its block, whatever happens inside."""

import importlib
import os
import socket
import sys

import pytest
from django.db import DatabaseError, connection, transaction

from apps.core import rls
from config.celery import CityTask, app


def _setting() -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('shitu.district', true)")
        return cursor.fetchone()[0]


def test_tasks_and_commands_begin_with_the_whole_city() -> None:
    assert (rls.current(), _setting()) == (rls.WHOLE_CITY, rls.WHOLE_CITY)


def test_a_block_shows_its_district_and_then_what_was_shown_before() -> None:
    with rls.within("110105"):
        assert _setting() == "110105"
        with rls.whole_city():
            assert _setting() == "*"
        assert _setting() == "110105"
        with rls.nothing():
            assert _setting() == ""
        assert _setting() == "110105"
    assert _setting() == "*"


def test_an_exception_ends_the_block_as_well() -> None:
    with pytest.raises(LookupError), rls.within("110105"):
        raise LookupError
    assert (rls.current(), _setting()) == ("*", "*")


def test_what_was_taken_on_under_way_ends_with_the_enclosing_block() -> None:
    with rls.nothing():
        rls.take("110105")
        assert _setting() == "110105"
    assert (rls.current(), _setting()) == ("*", "*")


@pytest.mark.parametrize("savepoint", [True, False])
def test_a_broken_transaction_inside_the_block_leaves_the_setting_right(savepoint: bool) -> None:
    inner = transaction.atomic(savepoint=savepoint)
    with transaction.atomic():
        with pytest.raises(DatabaseError), transaction.atomic(), rls.within("110105"), inner:
            _fail()
        assert (rls.current(), _setting()) == ("*", "*")


def test_a_transaction_that_breaks_inside_whole_city_leaves_the_district() -> None:
    with rls.within("110105"):
        with pytest.raises(DatabaseError), transaction.atomic(), rls.whole_city():
            _fail()
        assert _setting() == "110105"


def test_a_rollback_does_not_take_the_setting_of_an_open_block_away() -> None:
    with rls.within("110105"):
        with transaction.atomic():
            with rls.whole_city():
                pass
            transaction.set_rollback(True)
        assert _setting() == "110105"


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_takes_on_the_scope_of_the_code_that_opens_it() -> None:
    with rls.within("110105"):
        connection.close()
        assert _setting() == "110105"
        connection.close()
    assert _setting() == "*"


@pytest.mark.django_db(transaction=True)
def test_a_commit_does_not_end_the_setting() -> None:
    with rls.within("110105"):
        with transaction.atomic():
            _setting()
        assert _setting() == "110105"
    assert _setting() == "*"


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_cannot_be_put_back_is_given_up() -> None:
    """The line is cut inside the block: what comes next is a new connection with the right setting."""
    with rls.within("110105"):
        assert _setting() == "110105"
        with socket.socket(fileno=os.dup(connection.connection.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)
    assert _setting() == "*"


def test_a_process_that_serves_the_web_begins_with_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rls._process, "scope", rls.WHOLE_CITY)
    rls.close_by_default()
    assert rls.current() == rls.NOTHING
    with rls.within("110105"):
        assert rls.current() == "110105"
    assert rls.current() == rls.NOTHING


def test_the_web_server_closes_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rls._process, "scope", rls.WHOLE_CITY)
    monkeypatch.delitem(sys.modules, "config.wsgi", raising=False)
    importlib.import_module("config.wsgi")
    assert rls.current() == rls.NOTHING


def test_a_task_works_for_the_whole_city_also_within_the_request_that_asked_for_it() -> None:
    seen = []

    class Look(CityTask):
        name = "tests.look"

        def run(self) -> None:
            seen.append(_setting())

    task = app.register_task(Look())
    try:
        with rls.within("110105"):
            task.apply(throw=True)
            seen.append(_setting())
    finally:
        app.tasks.unregister("tests.look")
    assert seen == ["*", "110105"]


def _fail() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")

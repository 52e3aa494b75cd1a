"""What every test stands on: the real engines, the application role, and nothing left behind."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from apps.core import catalogues, garbage, rls
from apps.core.db import as_owner
from scripts.launch.places import RUN
from tests import beginnings, database
from tests.ground import GROUND, watched

pytest_plugins = ["tests.chromium"]


# How long an example takes depends on the machine and on what runs beside it, and proves nothing.
hypothesis.settings.register_profile(
    "suite", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("suite")

BROWSER_FIXTURES = {"chromium", "page", "phone"}
# `.ci/run` reads here whether browser tests ran at all.
BROWSER_COUNT = RUN / "browser-tests-passed"


class BrowserCount:
    """Counts on the controller, to which all workers report, the browser tests that passed."""

    def __init__(self) -> None:
        self.passed = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed and "browser" in report.keywords:
            self.passed += 1

    def pytest_sessionfinish(self) -> None:
        BROWSER_COUNT.parent.mkdir(exist_ok=True)
        BROWSER_COUNT.write_text(str(self.passed))


def pytest_configure(config: pytest.Config) -> None:
    """Once, before the workers start: compile the catalogues that changed, count browser tests."""
    if not hasattr(config, "workerinput"):
        catalogues.compile_stale()
        config.pluginmanager.register(BrowserCount(), "browser-count")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that drives a browser, so that nobody has to remember to; begin with what takes long.

    A module that takes minutes and begins last leaves the other processor idle.
    """
    for item in items:
        if BROWSER_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)
    long = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in long)
    items[:] = beginnings.together(items)


def pytest_xdist_node_collection_finished(ids: list[str]) -> None:
    """Told to the controller, whose refusal people see."""
    beginnings.bear_their_own_names(ids)


def pytest_collection_finish() -> None:
    """What is loaded by now stays until the end of the run."""
    garbage.collect_rarely()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """After each test this process and its connection show the whole city again; who leaves less is named."""
    yield
    left = _scopes_left()
    if left:
        connection.close()
        rls._scope.set(None)
        rls._process["scope"] = rls.WHOLE_CITY
        pytest.fail(f"{item.nodeid} leaves the process or its connection showing {left} instead of the city")


def _scopes_left() -> list[str]:
    found = [rls.current()]
    raw = connection.connection
    if raw is not None and not raw.closed and raw.info.transaction_status != TRANSACTION_STATUS_INERROR:
        with raw.cursor() as cursor:
            cursor.execute("SELECT current_setting(%s, true)", [rls.SETTING])
            found.append(cursor.fetchone()[0])
    return [scope for scope in found if scope != rls.WHOLE_CITY]


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker,
    django_db_keepdb: bool,
    django_db_createdb: bool,
    django_db_modify_db_settings: None,
) -> Iterator[None]:
    """Create and migrate the test database as the owner; the tests then run as the application role."""
    from django.test.utils import setup_databases, teardown_databases

    verbosity = request.config.option.verbose
    with django_db_blocker.unblock(), as_owner(connection):
        created = setup_databases(
            verbosity=verbosity, interactive=False, keepdb=django_db_keepdb and not django_db_createdb
        )
        database.remember_what_migrations_load()
    with watched(GROUND):
        yield
    with django_db_blocker.unblock():
        GROUND.close()
    if not django_db_keepdb:
        with django_db_blocker.unblock(), as_owner(connection):
            teardown_databases(created, verbosity=verbosity)


@pytest.fixture(scope="session", autouse=True)
def _committed_rows_go_again() -> Iterator[None]:
    """After a test that commits, the owner empties the tables; the application role may not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: database.empty_database())
        yield


@pytest.fixture(autouse=True)
def _everything_touches_the_database(db: None) -> None:
    """Nearly every test does; a fixture that says so each time would be noise."""


@pytest.fixture
def _ground_of_the_module(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker) -> None:
    """The tests of a module that need no commit share a transaction (tests/ground.py)."""
    marker = request.node.get_closest_marker("django_db")
    commits = (marker is not None and marker.kwargs.get("transaction", False)) or (
        {"transactional_db", "live_server"} & set(request.fixturenames)
    )
    with django_db_blocker.unblock():
        if commits:
            GROUND.close()
        else:
            GROUND.open(request.node.nodeid.split("::")[0])


@pytest.fixture
def _django_db_helper(_ground_of_the_module: None, _django_db_helper: None) -> Iterator[None]:
    """The savepoint of a test lies on the ground of its module."""
    GROUND.begin()
    yield
    GROUND.end()


@pytest.fixture
def monkeypatch(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """What a test replaced before it began with a factory makes another ground."""
    GROUND.monkeypatch = monkeypatch
    yield monkeypatch
    GROUND.monkeypatch = None


@pytest.fixture(scope="session")
def _folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One after the other; `tmp_path` looks through all that exist before it makes another."""
    base = tmp_path_factory.mktemp("files")
    return (base / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def _files_in_a_folder_of_their_own(settings, _folders: Iterator[Path]) -> None:
    settings.MEDIA_ROOT = str(next(_folders) / "media")


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """Progress, locks and limits of one test are not seen by the next."""
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _default_language() -> Iterator[None]:
    """A client of an English reader leaves its thread with English words; the next test begins as usual."""
    yield
    translation.deactivate()


@pytest.fixture
def confirmed_for_long(settings) -> None:
    """Who confirmed at the beginning is not asked again, however long a test tries one page after another."""
    settings.MONEY_CONFIRMATION_SECONDS = 24 * 60 * 60


@pytest.fixture
def tasks_run_at_once() -> Iterator[None]:
    """Tasks run where they are called, and what they raise reaches the test."""
    from config.celery import app

    before = app.conf.task_always_eager, app.conf.task_eager_propagates
    app.conf.task_always_eager, app.conf.task_eager_propagates = True, True
    yield
    app.conf.task_always_eager, app.conf.task_eager_propagates = before


@pytest.fixture(scope="session", autouse=True)
def _no_messages_left_in_the_broker() -> Iterator[None]:
    """Tests write to the real broker under a prefix of their own, which no worker listens to."""
    yield
    cache.forget(f"{settings.CELERY_BROKER_TRANSPORT_OPTIONS['global_keyprefix']}*")

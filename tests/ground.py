"""What many tests begin with is made once and stays standing: under each test lies the same ground.

    @stands
    def money(*, people: int = 2) -> Money: ...

Nearly every test of a module begins with the same class, the same plan, the same treasury, and making it
takes longer than the test. The tests of a module that need no commit run inside one transaction. A test
whose very first step is `money(people=2)` finds it standing under its own savepoint when an earlier test
began so too: it gets a copy of what the factory returned, and the rows as the factory left them. What
the test does goes back to its savepoint at its end, as ever.

A test cannot tell whether it is the one for which the ground was made:

- A statement to the database (or a factory that is not `stands`) ends the beginning. If more stands than
  this test asked for, it is taken down before that statement runs: no test sees a row that it did not make.
- The first test gets a copy as well, and what a commit would have set off is dropped for all alike.
- Another language, day, setting or replaced function is another ground.

`stands` functions may be called one after the other, and may take what an earlier one returned; they
are taken down in the opposite order, as far as the next test does not begin with the same ones. What they
take has to be plain, or a thing that an earlier one returned; otherwise they run as if nothing stood.
"""

import functools
import logging
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from unittest import mock

import pytest
import time_machine
from django.conf import UserSettingsHolder, settings
from django.core import mail
from django.core.cache import cache
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import TextChoices
from django.utils import translation

from apps.core import rls
from apps.demo.calendar import days_ahead

_PLAIN = (str, int, bytes, bool, date, type(None))


class _Unlike(Exception):
    """An argument that cannot be compared with that of another test."""


@dataclass
class Layer:
    """What one call made: by which call, what it returned (and took), and the files that it wrote."""

    key: object
    blob: bytes
    files: dict[str, bytes]


@dataclass
class Ground:
    """The transaction of a module, the layers that stand in it, and how far the present test has come."""

    module: str = ""
    atomic: transaction.Atomic | None = None
    connection: BaseDatabaseWrapper | None = None
    raw: object = None
    layers: list[Layer] = field(default_factory=list)
    # The present test: still at its beginning; how many layers are its own; what they gave it.
    waiting: bool = False
    depth: int = 0
    given: list[object] = field(default_factory=list)
    monkeypatch: pytest.MonkeyPatch | None = None
    mocked: list[object] = field(default_factory=list)
    # How many layers were made, and how often one was found standing.
    made: int = 0
    found: int = 0

    # The transaction of a module. ---------------------------------------------------------------------

    def open(self, module: str) -> None:
        """Begin the transaction of a module; ends that of another."""
        connection = connections["default"]
        usable = self.raw is not None and self.raw is connection.connection and not connection.needs_rollback
        if self.atomic is not None and (module != self.module or not usable):
            self.close()
        if self.atomic is None and not connection.in_atomic_block:
            connection.ensure_connection()
            self.atomic = transaction.atomic()
            # As Django marks its own: what must not run inside a transaction may run inside this one.
            self.atomic._from_testcase = True
            self.atomic.__enter__()
            self.module, self.connection, self.raw = module, connection, connection.connection
            self._sql("SAVEPOINT ground_0")

    def close(self) -> None:
        """Take everything down and end the transaction."""
        if self.atomic is None or self.connection is None:
            return
        if self.raw is self.connection.connection:
            if self.connection is connections["default"]:
                self.connection.set_rollback(True)
                self.atomic.__exit__(None, None, None)
            else:
                # A browser was opened since, and the tests have another connection (see `watched`): this one
                # would stay in its transaction until the end of the run.
                self.connection.in_atomic_block = False
                self.connection.close()
        self.atomic, self.connection, self.raw, self.layers = None, None, None, []

    # The present test. --------------------------------------------------------------------------------

    def begin(self) -> None:
        """A test begins: its savepoint is on top."""
        connection = connections["default"]
        self.waiting = self.atomic is not None and len(connection.savepoint_ids) == 1
        self.depth, self.given = 0, []

    def end(self) -> None:
        """A test is over."""
        self.waiting, self.given = False, []

    def settle(self) -> None:
        """The beginning is over: what this test did not ask for is taken down."""
        self.waiting = False
        if len(self.layers) > self.depth:
            self._down_to(self.depth)
            self._test_savepoint()

    def take(self, function: Callable[..., Any], args: tuple, kwargs: dict[str, Any]) -> Any:
        """What the call returns, made now or found standing."""
        try:
            key = (
                function.__module__,
                function.__qualname__,
                self._comparable((args, kwargs)),
                self._world(),
            )
        except _Unlike:
            self.settle()
            return function(*args, **kwargs)
        taken = [value for value in (*args, *kwargs.values()) if self._place(value) is not None]
        if self.depth < len(self.layers) and self.layers[self.depth].key == key:
            self.found += 1
        else:
            self._down_to(self.depth)
            try:
                self.layers.append(self._make(key, function, args, kwargs, taken))
            except pickle.PicklingError:
                raise
            except Exception:  # noqa: BLE001 - whatever it is, it is the test that shall meet it
                self._down_to(self.depth)
                self._test_savepoint()
                self.waiting = False
                return function(*args, **kwargs)
            self._sql(f"SAVEPOINT ground_{len(self.layers)}")
            self._test_savepoint()
            self.waiting = True
            self.made += 1
        return self._copy(self.layers[self.depth], taken)

    def _copy(self, layer: Layer, taken: list[object]) -> Any:
        self.depth += 1
        _put_files(layer.files)
        changed, result = pickle.loads(layer.blob)  # noqa: S301 - written a moment ago by this process
        for old, new in zip(taken, changed, strict=True):
            old.__dict__.clear()
            old.__dict__.update(new.__dict__)
        self.given.append(result)
        return result

    def _make(
        self,
        key: object,
        function: Callable[..., Any],
        args: tuple,
        kwargs: dict[str, Any],
        taken: list[object],
    ) -> Layer:
        connection = connections["default"]
        self.waiting = False
        callbacks, sent, before = len(connection.run_on_commit), len(_outbox()), _files()
        with _silent():
            result = function(*args, **kwargs)
        del connection.run_on_commit[callbacks:]
        del _outbox()[sent:]
        cache.clear()
        if self.raw is not connection.connection or connection.needs_rollback:
            raise RuntimeError(f"{function.__qualname__} leaves no transaction in which it could stand")
        connection.check_constraints()
        if rls.current() != rls.WHOLE_CITY:
            raise RuntimeError(f"{function.__qualname__} leaves the process showing less than the city")
        files = {name: content for name, content in _files().items() if before.get(name) != content}
        try:
            return Layer(key, pickle.dumps((taken, result)), files)
        except (TypeError, AttributeError) as error:
            raise pickle.PicklingError(
                f"{function.__qualname__} returns what cannot be kept: {error}"
            ) from error

    # Comparing. ---------------------------------------------------------------------------------------

    def _comparable(self, value: object) -> object:
        """Something that is equal exactly where another test gives the same."""
        if isinstance(value, TextChoices):
            value = value.value
        if isinstance(value, _PLAIN):
            return (type(value).__name__, value)
        if isinstance(value, list | tuple):
            return (type(value).__name__, *map(self._comparable, value))
        if isinstance(value, dict):
            return tuple((name, self._comparable(value[name])) for name in sorted(value))
        place = self._place(value)
        if place is None:
            raise _Unlike
        return ("given", place)

    def _place(self, value: object) -> int | None:
        """Which of the layers gave a thing to this test."""
        return next((place for place, known in enumerate(self.given) if known is value is not None), None)

    def _world(self) -> object:
        """What else a factory might heed: language, time, settings, replaced functions."""
        # Django itself replaces one in every test, to refuse databases that the test did not ask for.
        if days_ahead() or any(patch.attribute != "ensure_connection" for patch in self.mocked):
            raise _Unlike
        return (
            translation.get_language(),
            tuple((row._destination_timestamp_ns, row._tick) for row in time_machine.traveller_stack),
            tuple(_overridden_settings()),
            tuple(_replaced(self.monkeypatch)),
        )

    # Statements of our own, which begin nothing. ------------------------------------------------------

    def _down_to(self, depth: int) -> None:
        self._sql(f"ROLLBACK TO SAVEPOINT ground_{depth}")
        del self.layers[depth:]

    def _test_savepoint(self) -> None:
        connection = connections["default"]
        self._sql(f"SAVEPOINT {connection.ops.quote_name(connection.savepoint_ids[0])}")

    def _sql(self, statement: str) -> None:
        with self.raw.cursor() as cursor:
            cursor.execute(statement)


GROUND = Ground()


P = ParamSpec("P")
R = TypeVar("R")


def stands(function: Callable[P, R], *, upon: tuple[Callable[[], object], ...] = ()) -> Callable[P, R]:
    """A function whose rows stay standing for the next test that begins with the same call.

    `upon` names what it begins with itself in any case: that stays where only the rest is another.
    """

    @functools.wraps(function)
    def made_or_found(*args: P.args, **kwargs: P.kwargs) -> R:
        for lower in upon if GROUND.waiting and GROUND.depth == 0 else ():
            lower()
        if not GROUND.waiting:
            return function(*args, **kwargs)
        result: R = GROUND.take(function, args, kwargs)
        return result

    return made_or_found


def stands_upon(*lower: Callable[[], object]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """`stands` for a function that itself begins with calls of these, which stand as well."""
    return functools.partial(stands, upon=lower)


# What a factory leaves besides rows. -----------------------------------------------------------------


def _outbox() -> list[object]:
    return getattr(mail, "outbox", [])


def _files() -> dict[str, bytes]:
    """The stored files of the present test."""
    folder = Path(settings.MEDIA_ROOT)
    found = (path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else ()
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def _put_files(files: dict[str, bytes]) -> None:
    for name, content in files.items():
        path = Path(settings.MEDIA_ROOT) / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


@contextmanager
def _silent() -> Iterator[None]:
    """No test hears a log line of the making, since not every test makes."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


# What a factory might heed besides its arguments. ----------------------------------------------------


def _overridden_settings() -> Iterator[tuple[str, str]]:
    layer = settings._wrapped
    while isinstance(layer, UserSettingsHolder):
        for name, value in vars(layer).items():
            if name.isupper() and name != "MEDIA_ROOT":
                yield name, repr(value)
        layer = layer.default_settings


def _replaced(patch: pytest.MonkeyPatch | None) -> Iterator[tuple[str, str, str]]:
    """What the test replaced, and by what: another function is another ground."""
    if patch is None:
        return
    for target, name, _before in patch._setattr:
        value = getattr(target, name, None)
        yield repr(target), name, repr(getattr(value, "__code__", value))
    for target, name, _before in patch._setitem:
        yield str(id(target)), str(name), repr(target.get(name))


@contextmanager
def watched(ground: Ground) -> Iterator[None]:
    """For the length of a run: the first statement of a test is noticed, and what `mock` replaces.

    It is the class of connections that is watched: with a browser open, an event loop runs in this thread,
    and Django gives the tests another connection than before.
    """
    cursor, enter, leave = BaseDatabaseWrapper._cursor, mock._patch.__enter__, mock._patch.__exit__

    def noticed(connection: BaseDatabaseWrapper, name: str | None = None) -> object:
        if ground.waiting and connection.connection is ground.raw:
            ground.settle()
        return cursor(connection, name)

    def entered(patch: mock._patch) -> object:
        ground.mocked.append(patch)
        return enter(patch)

    def left(patch: mock._patch, *error: object) -> object:
        ground.mocked.remove(patch)
        return leave(patch, *error)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseWrapper, "_cursor", noticed)
        patch.setattr(mock._patch, "__enter__", entered)
        patch.setattr(mock._patch, "__exit__", left)
        yield

"""What a schedule acts in: the town, the auditor, the bank, a broker that may lose and repeat, a calendar.

`ask` is the one way in which anything is asked of the system. It compares the answer with those that the
auditor allows, breaks the process off where the schedule says so, and finds out afterwards, from the one
row that says so, whether what was asked had happened.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import takewhile
from typing import Any
from unittest.mock import patch

from django.db import connection

from apps.accounts.actors import Actor
from apps.banking.formats.refusals import FileRefused
from apps.core import failpoints
from apps.core.errors import ShituError
from tests.faults.auditor import Auditor
from tests.faults.figures import DONE, Batch, Claim, Paper, Stray
from tests.faults.rules import Rules
from tests.faults.town import Town

CRASHES_MAX = 3
_OF_THE_CASE = "0123456789[]"
ALREADY, FILE_REFUSED, CRASHED = "already", "file_refused", "crashed"


class Crash(BaseException):
    """The process is gone: nothing of it runs any more, no handler of errors either."""


class Violation(Exception):
    """The system did what may not be, or did not do what must be."""


def _forget_session() -> None:
    """Nothing is left of the session of a process that ended; a new one would compile all triggers anew."""
    if connection.in_atomic_block or connection.needs_rollback:
        connection.close()
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock_all()")


def _lose(**_message: Any) -> None:
    """Take a message and do nothing with it."""


def _kind(words: str) -> str:
    """What kind of step it is: its words without numbers."""
    return " ".join(takewhile(lambda word: not any(c in _OF_THE_CASE for c in word), words.split()[:4]))


@dataclass
class Broker:
    """Messages on their way, in memory: what a Redis that may be flushed promises, namely nothing."""

    queue: list[int] = field(default_factory=list)

    def send(self, args: list[int], **_options: Any) -> None:
        self.queue.append(args[0])


class World:
    """One schedule's state."""

    def __init__(self, town: Town, rules: Rules, months: int, first_day: date, seed: int) -> None:
        self.town = town
        self.dice = random.Random(seed)  # noqa: S311 - a play, no secret
        self.audit = Auditor(rules, months, first_day)
        self.bank = town.fresh_bank()
        self.broker = Broker()
        self.known_jobs: dict[int, tuple] = {}
        self.stated_to = town.stated_to
        self.batches: dict[int, Batch] = {}
        self.receipts: dict[str, tuple[Claim, int]] = {}
        self.papers: list[Paper] = []
        # Money taken to suspense, movements of the bank's own, budgets that no movement shows yet.
        self.items: list[Paper] = []
        self.strays: dict[str, Stray] = {}
        self.raised: list[tuple[str, int]] = []
        # Orders that the bank says it paid and did not, and whose posting was reversed by mistake.
        self.unmoved: set[str] = set()
        self.misbooked: set[str] = set()
        self.never_made: set[str] = set()
        # What lay on a further account before its first statement, and what of it was booked.
        self.second_fen = 0
        self.opened_fen = 0
        self.closed_to = date.min
        self.crashes = 0
        self.calm = False
        self.favour: tuple[str, ...] = ()
        self.trace: list[str] = []
        self.points: list[str] = []
        self.kinds: Counter = Counter()

    @property
    def day(self) -> date:
        """The day that the schedule has come to."""
        return self.audit.today

    def day_passes(self, days: int = 1) -> None:
        self.audit.today += timedelta(days=days)

    def say(self, words: str) -> None:
        self.trace.append(f"{len(self.trace) + 1:3} {self.day:%m-%d} {words}")

    def fail(self, words: str) -> Violation:
        return Violation(f"step {len(self.trace)}: {words}")

    def ask(
        self,
        words: str,
        request: Callable[[], Any],
        allowed: set[str] | str,
        *,
        then: Callable[[Any], None] | None = None,
        seen: Callable[[], bool],
    ) -> str:
        """Ask for something; returns what came of it: done, a refusal's code, or crashed.

        `allowed`: the answers that the auditor allows. `then` tells the auditor that it was done, `seen` says
        after a crash whether it was.
        """
        right = {allowed} if isinstance(allowed, str) else allowed
        answer, came = self._answer(request)
        self.say(f"{words} -> {answer}")
        if answer == CRASHED:
            _forget_session()
            if seen():
                if DONE not in right:
                    raise self.fail(f"{words}: done before the crash, and allowed was {sorted(right)}")
                self.trace[-1] += " (had been done)"
                self.kinds[_kind(words)] += 1
                if then is not None:
                    then(None)
            return CRASHED
        if answer not in right:
            raise self.fail(f"{words}: answered {answer}, allowed was {sorted(right)}")
        self.kinds[_kind(words) if answer == DONE else f"refused: {answer}"] += 1
        if answer == DONE and then is not None:
            then(came)
        return answer

    def _answer(self, request: Callable[[], Any]) -> tuple[str, Any]:
        try:
            with self._breaking():
                came = request()
        except Crash:
            return CRASHED, None
        except FileRefused:
            return FILE_REFUSED, None
        except ShituError as refusal:
            return refusal.code, None
        except Exception as error:
            raise self.fail(f"{type(error).__name__}: {error}") from error
        return (ALREADY if getattr(came, "already", False) else DONE), came

    @contextmanager
    def _breaking(self) -> Iterator[None]:
        """Now and then the process ends at one of the next points that it passes."""
        if self.calm or self.crashes >= CRASHES_MAX or self.dice.random() > 0.22:
            yield
            return
        left = self.dice.choice((1, 1, 2, 2, 3, 3, 4, 5, 7, 10))

        def hit(name: str) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                self.crashes += 1
                self.points.append(name)
                self.say(f"  the process ends at {name}")
                raise Crash

        with failpoints.armed(hit):
            yield

    @contextmanager
    def running(self) -> Iterator[None]:
        """The block's messages go through the schedule's broker, and its jobs see the schedule's day."""
        with ExitStack() as stack:
            stack.enter_context(patch("apps.core.tasks.run_job.apply_async", self.broker.send))
            # Mail is no part of the play: its messages are all lost.
            stack.enter_context(patch("apps.casework.tasks.mail_notices.apply_async", _lose))
            for module in ("apps.payouts.tasks", "apps.banking.tasks", "apps.reconciliation.tasks"):
                stack.enter_context(patch(f"{module}.today", lambda: self.day))
            yield

    def claims(self, *states: str) -> list[Claim]:
        return [claim for claim in self.audit.claims.values() if claim.state in states]

    def in_states(self, *states: str) -> list[Batch]:
        return [batch for batch in self.batches.values() if batch.state in states]

    def unexplained(self) -> list[Stray]:
        """Movements that a statement showed and of which nobody has said yet what they are."""
        return [s for s in self.strays.values() if s.day <= self.stated_to and not s.explained]

    def held(self) -> list[Paper]:
        """Money that lies in suspense."""
        return [item for item in self.items if item.state == "signed" and not item.about.cleared]

    def entry_of(self, claim: Claim) -> Any:
        """The entry in which the claim's present order waits for the bank, if there is one."""
        for batch in self.batches.values():
            for entry in batch.live():
                if entry.order is claim.order and batch.state != "cancelled":
                    return entry
        return None

    def actor_of(self, claim: Claim) -> Actor:
        """The clerk of the claim's enterprise."""
        return self.town.shops[claim.shop].money.clerk

"""Every guard is removed in turn: the simulator, or the attack that belongs to it, has to notice."""

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.db import DatabaseError

from apps.core.errors import ShituError
from tests.faults import databases
from tests.faults.attacks import Attack
from tests.faults.guards import DATABASE, SERVICES, Guard, without_source
from tests.faults.guards_dividing import DIVIDING
from tests.faults.guards_entitling import ENTITLING
from tests.faults.guards_letters import LETTERS
from tests.faults.guards_undoing import UNDOING
from tests.faults.guards_wrong import WRONG
from tests.faults.report import say, table
from tests.faults.schedule import play
from tests.faults.simulating import in_processes
from tests.faults.town import Town, settle_numbers

GUARDS = (*DATABASE, *SERVICES, *UNDOING, *ENTITLING, *DIVIDING, *LETTERS, *WRONG)

# A guard whose removal so many schedules do not notice counts as not caught.
SCHEDULES_MAX = 400


def plant(template: str, town: Town, asked: argparse.Namespace) -> int:
    """Remove the guards one at a time; returns how many removals nobody noticed."""
    begun = time.monotonic()
    wanted = [guard for guard in GUARDS if not asked.plant or asked.plant in guard.name]
    if asked.short:
        from tests.faults.parts import SHORT

        wanted = wanted[:: len(wanted) // SHORT["plants"]]
    part, parts = asked.part
    wanted = wanted[part - 1 :: parts]
    shares = [wanted[place :: asked.processes] for place in range(asked.processes)]
    work = [(f"{template}_p{place}", share) for place, share in enumerate(shares) if share]

    def one(job: tuple[str, list[Guard]], told: Callable[[Any], None]) -> None:
        name, share = job
        for guard in share:
            told((guard.name, guard.kind, *_caught(guard, name, template, town)))

    rows = []
    told = begun
    for row in in_processes(work, one):
        rows.append(row)
        if time.monotonic() - told > 30:
            told = time.monotonic()
            say(f"  {len(rows)} of {len(wanted)} guards, {told - begun:.0f} s")
        if not row[2]:
            say(f"  NOT CAUGHT: {row[0]}: {row[3]}")
    names = [guard.name for guard in wanted]
    rows.sort(key=lambda row: names.index(row[0]))
    missed = [row[0] for row in rows if not row[2]]
    say("", table(("guard", "kind", "caught by", "how"), rows))
    say(
        f"guards: {len(rows)} removed, {len(rows) - len(missed)} removals caught,"
        f" {time.monotonic() - begun:.0f} s"
    )
    return len(missed)


def _caught(guard: Guard, name: str, template: str, town: Town) -> tuple[str, str]:
    """Who noticed the removal, and how; two empty texts where nobody did."""
    with databases.copied(name, template):
        if guard.attack is not None:
            return _by_attack(guard, town)
        with removed(guard):
            owner = databases.Owner()
            try:
                return _by_simulator(guard, town, owner)
            finally:
                owner.close()


@contextmanager
def removed(guard: Guard) -> Iterator[None]:
    """The guard is gone within the block; one of the database for good, the copy goes afterwards."""
    if guard.ddl:
        raw = databases.connect()
        with raw.cursor() as cursor:
            for statement in guard.ddl:
                cursor.execute(statement)
        raw.close()
    with ExitStack() as stack:
        if guard.source:
            stack.enter_context(without_source(*guard.source))
        yield


def _by_simulator(guard: Guard, town: Town, owner: databases.Owner) -> tuple[str, str]:
    for seed in range(1, SCHEDULES_MAX + 1):
        outcome = play(seed, town, owner, favour=tuple(guard.favour))
        if outcome.problem:
            return f"simulator, seed {seed}", outcome.problem[:90]
    return "", f"{SCHEDULES_MAX} schedules noticed nothing"


def _by_attack(guard: Guard, town: Town) -> tuple[str, str]:
    """The attack is refused with the guard, and comes through without it."""
    owner = databases.Owner()
    try:
        refused = _refusal(guard, town, owner)
        if not refused:
            return "", "the attack comes through although the guard stands"
        owner.restore()
        with removed(guard):
            found = _refusal(guard, town, owner)
        if found:
            return "", f"the attack is refused without the guard too: {found[:60]}"
        broken = ", ".join([*owner.broken(), *owner.schema_broken()])
        return "its attack", f"refused with it ({refused[:40]}); then {broken or 'only the attack'} tells"
    finally:
        owner.close()


def _refusal(guard: Guard, town: Town, owner: databases.Owner) -> str:
    """How the attack is refused; empty where it comes through."""
    attack: Attack = guard.attack  # type: ignore[assignment]
    settle_numbers()
    try:
        attack(town, owner)
    except (DatabaseError, ShituError, AssertionError) as refusal:
        return _name(refusal)
    return ""


def _name(refusal: Exception) -> str:
    diag = getattr(refusal.__cause__, "diag", None)
    if diag is not None:
        return diag.constraint_name or diag.message_primary
    # What kept a step from being taken says more than that something did.
    told = [problem.code for problem in getattr(refusal, "problems", ())]
    return ", ".join(told) or getattr(refusal, "code", "") or str(refusal)

"""Many schedules on all processors, each process on a database of its own; or one of them, step by step."""

import gc
import multiprocessing
import os
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from queue import Empty
from typing import Any

from django.db import connection

from tests.faults import databases
from tests.faults.report import say, table
from tests.faults.schedule import Outcome, play
from tests.faults.town import Town

# So many failing schedules are told with their steps; all of them are counted.
TOLD_MAX = 5
KINDS_TOLD_FROM = 40
_SILENCE_SECONDS = 600


def simulate(seeds: range, template: str, town: Town, processes: int, favour: tuple[str, ...] = ()) -> int:
    """Play the schedules of these seeds; returns how many broke something."""
    begun, crashes, steps, told = time.monotonic(), 0, 0, time.monotonic()
    before = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
    points: Counter = Counter()
    kinds: Counter = Counter()
    seen_in: Counter = Counter()
    bad: list[Outcome] = []
    for done, outcome in enumerate(_played(seeds, template, town, processes, favour), start=1):
        crashes += outcome.crashes
        steps += outcome.steps
        points.update(outcome.points)
        kinds.update(outcome.kinds)
        seen_in.update(outcome.kinds.keys())
        if outcome.problem:
            bad.append(outcome)
            if len(bad) <= TOLD_MAX:
                say("", *outcome.trace, *_verdict(outcome))
        if time.monotonic() - told > 30:
            told = time.monotonic()
            say(f"  {done} of {len(seeds)} schedules, {len(bad)} broken, {told - begun:.0f} s")
    seconds = time.monotonic() - begun
    own = (sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]) - before) / len(seeds)
    if len(seeds) > KINDS_TOLD_FROM:
        rows = [(kind, times, seen_in[kind]) for kind, times in kinds.most_common() if times]
        say("", table(("kind of step", "times", "in schedules"), rows), "")
    say(
        f"schedules: {len(seeds)} from seed {seeds.start}, {steps} steps, {crashes} crashes at"
        f" {len(points)} points, {len(bad)} broken, {seconds:.0f} s on {processes} processes,"
        f" {own:.2f} s of processor time each beside PostgreSQL's"
    )
    return len(bad)


def replay(seed: int, template: str, town: Town, favour: tuple[str, ...] = ()) -> int:
    """Play one schedule and show its steps; returns 1 where it broke something."""
    with databases.copied(f"{template}_r", template):
        owner = databases.Owner()
        outcome = play(seed, town, owner, favour=favour)
        owner.close()
    say(*outcome.trace, *_verdict(outcome))
    return int(bool(outcome.problem))


def _verdict(outcome: Outcome) -> Iterator[str]:
    if outcome.problem:
        yield f"SEED {outcome.seed} BROKEN: {outcome.problem}"
        yield f"again: make faults ARGS='--only-seed {outcome.seed}'"
    else:
        yield f"seed {outcome.seed}: all holds"


def _played(
    seeds: Sequence[int], template: str, town: Town, processes: int, favour: tuple[str, ...] = ()
) -> Iterator[Outcome]:
    shares = [seeds[place::processes] for place in range(processes)]
    work = [(f"{template}_{place}", share) for place, share in enumerate(shares) if share]

    def one(job: tuple[str, Sequence[int]], told: Callable[[Any], None]) -> None:
        name, share = job
        with databases.copied(name, template):
            owner = databases.Owner()
            for seed in share:
                told(play(seed, town, owner, favour=favour))
                gc.collect(0)
            for number in owner.schema_broken():
                told(Outcome(share[-1], f"invariant {number} is broken after all of them"))
            owner.close()

    yield from in_processes(work, one)


def in_processes(work: Sequence[Any], one: Callable[[Any, Callable[[Any], None]], None]) -> Iterator[Any]:
    """Run `one(item, told)` for each item in a process of its own; yields whatever is told."""
    connection.close()
    context = multiprocessing.get_context("fork")
    queue: Any = context.Queue()
    children = [context.Process(target=_child, args=(one, item, queue)) for item in work]
    gc.freeze()
    for child in children:
        child.start()
    left = len(children)
    try:
        while left:
            try:
                kind, told = queue.get(timeout=_SILENCE_SECONDS)
            except Empty:
                raise RuntimeError("a process of the simulator says nothing any more") from None
            if kind == "told":
                yield told
            elif kind == "broke":
                raise RuntimeError(told)
            else:
                left -= 1
    finally:
        for child in children:
            child.join(5)
            if child.is_alive():
                child.kill()
        gc.unfreeze()


def _child(one: Callable, item: Any, queue: Any) -> None:
    import traceback

    gc.disable()
    try:
        one(item, lambda told: queue.put(("told", told)))
        queue.put(("over", os.getpid()))
    except BaseException:  # noqa: BLE001 - told by the parent, which ends the run
        queue.put(("broke", traceback.format_exc()))

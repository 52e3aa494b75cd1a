"""The parts of a run, on databases of their own: each returns how many things it found."""

import argparse
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from tests.faults import databases, simulating, town
from tests.faults.report import say

SCHEDULES, TAMPERS, MUTANTS = 2000, 1000, 2000
SHORT = {"schedules": 30, "tampers": 60, "mutants": 60, "plants": 6, "kills": 10}


def run(asked: argparse.Namespace) -> int:
    """Do what was asked for, on one seeded state."""
    everything = not any(
        (asked.schedules, asked.only_seed, asked.plants, asked.plant, asked.returns, asked.tampers)
    )
    with seeded(f"test_faults_{os.getpid()}") as (name, state):
        if asked.only_seed is not None:
            return simulating.replay(asked.only_seed, name, state, favoured(asked))
        found = 0
        if asked.schedules or everything:
            count = asked.schedules or (SHORT["schedules"] if asked.short else SCHEDULES)
            found += simulating.simulate(
                range(asked.seed, asked.seed + count), name, state, asked.processes, favoured(asked)
            )
        if asked.plants or asked.plant or everything:
            from tests.faults import planting

            found += planting.plant(name, state, asked)
        if asked.returns or everything:
            from tests.faults import returning

            found += returning.judge(name, state, asked)
        if asked.tampers or everything:
            from tests.faults import tampering

            found += tampering.tamper(name, state, asked)
    return found


def favoured(asked: argparse.Namespace) -> tuple[str, ...]:
    """The events that were asked for."""
    return tuple(word.strip() for word in asked.favour.split(",") if word.strip())


@contextmanager
def seeded(name: str) -> Iterator[tuple[str, town.Town]]:
    """A database with the seeded state, to be copied; it goes at the end."""
    begun = time.monotonic()
    before = connection.settings_dict["NAME"]
    try:
        databases.create_migrated(name)
        state = town.build()
        databases.remember()
        databases.install_audit(state.invariants)
        connection.close()
        say(f"seeded state: {time.monotonic() - begun:.0f} s, {len(state.invariants)} invariants hold in it")
        yield name, state
    finally:
        databases.use(before)
        databases.drop(name)

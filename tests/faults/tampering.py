"""The owner of the tables alters rows of ledger and history: each alteration is found, and the row named.

Triggers and foreign keys are off for whoever tampers (a superuser), so that nothing but the seals speaks.
"""

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apps.core import seals
from tests.faults import databases
from tests.faults.report import say
from tests.faults.schedule import play
from tests.faults.simulating import in_processes
from tests.faults.town import Town

# Table, the chain that seals it, and the column that names the sealed row.
TABLES = (
    ("ledger_transaction", "ledger.transaction", "id"),
    ("ledger_leg", "ledger.transaction", "transaction_id"),
    ("ledger_budgetmovement", "ledger.budgetmovement", "id"),
    ("casework_history", "casework.history", "id"),
    ("casework_decision", "casework.decision", "id"),
)
# A schedule with many rows of every kind is the ground on which is tampered.
_SEEDS = range(1, 12)
# Legs have no number of their own.
_KEYS = {"ledger_leg": "(transaction_id * 1000 + position)"}


@dataclass(frozen=True)
class Sealed:
    """A sealed database: the names of its columns by table, and its rows' keys."""

    columns: dict[str, list[tuple[str, str]]]
    keys: dict[str, list[int]]


def tamper(template: str, town: Town, asked: argparse.Namespace) -> int:
    """Alter so many rows, one at a time; returns how many alterations were not found or named."""
    from tests.faults.parts import SHORT, TAMPERS

    count = asked.tampers or (SHORT["tampers"] if asked.short else TAMPERS)
    begun = time.monotonic()
    share = -(-count // asked.processes)
    work = [
        (f"{template}_t{place}", range(place * share, min(count, (place + 1) * share)))
        for place in range(asked.processes)
    ]

    def one(job: tuple[str, range], told: Callable[[Any], None]) -> None:
        name, numbers = job
        with databases.copied(name, template):
            owner = databases.Owner()
            _fill(town, owner, asked.short)
            sealed = _seal(owner)
            for number in numbers:
                told(_once(owner, sealed, asked.seed * 1_000_000 + number))
            owner.close()

    kinds: Counter = Counter()
    missed = []
    for kind, finding in in_processes(work, one):
        kinds[kind] += 1
        if finding:
            missed.append(finding)
    say("", *missed[:20])
    kinds_told = ", ".join(f"{kind} {times}" for kind, times in sorted(kinds.items()))
    say(
        f"tampering: {sum(kinds.values())} alterations by the owner ({kinds_told}),"
        f" {sum(kinds.values()) - len(missed)} found and named, {time.monotonic() - begun:.0f} s"
    )
    return len(missed)


def _fill(town: Town, owner: databases.Owner, short: bool) -> None:
    """Leave the database as the longest of some schedules left it."""
    longest = max(_SEEDS[:3] if short else _SEEDS, key=lambda seed: play(seed, town, owner).steps)
    play(longest, town, owner)


_DROP_CHECKS = """
DO $$ DECLARE found record; BEGIN
    FOR found IN SELECT conrelid::regclass AS on_table, conname FROM pg_constraint
                  WHERE conrelid::regclass::text = '<table>' AND contype IN ('c', 'u') LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', found.on_table, found.conname);
    END LOOP;
    -- A key with a condition is an index and no constraint.
    FOR found IN SELECT indexrelid::regclass AS index FROM pg_index
                  WHERE indrelid::regclass::text = '<table>' AND indisunique AND NOT indisprimary LOOP
        EXECUTE format('DROP INDEX %s CASCADE', found.index);
    END LOOP;
END $$
"""


def _seal(owner: databases.Owner) -> Sealed:
    # Whoever owns a table can drop its constraints as well.
    for table, _chain, _column in TABLES:
        owner.run(_DROP_CHECKS.replace("<table>", table))
    # A number that is drawn and not used leaves a gap, into which a row could be slipped.
    for table, _chain, _column in TABLES:
        if table != "ledger_leg":
            owner.run(f"UPDATE {table} SET id = id + 1000000 WHERE id = (SELECT max(id) FROM {table})")
    owner.run("UPDATE ledger_leg SET transaction_id = transaction_id + 1000000"
              " WHERE transaction_id = (SELECT max(id) - 1000000 FROM ledger_transaction)")  # fmt: skip
    seals.seal_all()
    columns = {
        table: [
            (name, kind)
            for name, kind in owner.run(
                "SELECT column_name, data_type FROM information_schema.columns"
                " WHERE table_schema = 'public' AND table_name = %s ORDER BY ordinal_position",
                [table],
            )
        ]
        for table, _chain, _column in TABLES
    }
    keys = {
        table: [pk for (pk,) in owner.run(f"SELECT {_key(table)} FROM {table} ORDER BY 1")]
        for table, _chain, _column in TABLES
    }
    return Sealed(columns, keys)


def _once(owner: databases.Owner, sealed: Sealed, seed: int) -> tuple[str, str]:
    """One alteration: its kind, and what was not found of it."""
    dice = random.Random(seed)  # noqa: S311 - a play, no secret
    table, chain, column = dice.choice(TABLES)
    kind = dice.choice(("edit", "edit", "edit", "edit", "remove", "insert", "swap", "seal"))
    owner.run("BEGIN")
    try:
        words, named = _ALTERATIONS[kind](owner, sealed, dice, table, chain, column)
        if not words:
            return kind, ""
        found = owner.run(seals.verification_sql(chain))
        rows = {row for _number, row, _finding in found}
        if not found:
            return kind, f"{seed}: {words} was not found"
        missing = named - rows
        return (
            kind,
            f"{seed}: {words} was found, but not named: {sorted(missing, key=str)}" if missing else "",
        )
    finally:
        owner.run("ROLLBACK")


def _key(table: str) -> str:
    return _KEYS.get(table, "id")


def _named(owner: databases.Owner, table: str, column: str, pk: int) -> int:
    return owner.run(f"SELECT {column} FROM {table} WHERE {_key(table)} = {pk}")[0][0]


def _other(kind: str, name: str, dice: random.Random) -> str:
    """Another value of a column, as SQL."""
    quoted = f'"{name}"'
    if name == "position":
        return f"{quoted} + {dice.choice((50, 51, 77))}"
    if kind in ("bigint", "integer", "smallint"):
        return f"coalesce({quoted}, 0) + {dice.choice((1, 1, -1, 100, 7))}"
    if kind == "date":
        return f"coalesce({quoted}, date '2000-01-01') + {dice.choice((1, -1, 365))}"
    if kind.startswith("timestamp"):
        return f"coalesce({quoted}, now()) + interval '{dice.choice((1, 60, 86400))} microseconds'"
    if kind in ("jsonb", "json"):
        return '\'[{"code": "tampered"}]\'::jsonb'
    if kind == "boolean":
        return f"NOT {quoted}"
    return f"CASE WHEN {quoted} LIKE 'x%' THEN 'y' ELSE 'x' END || substr(coalesce({quoted}, ''), 2)"


def _edit(owner: databases.Owner, sealed: Sealed, dice: random.Random, table: str, _chain: str, column: str):
    pk = dice.choice(sealed.keys[table])
    named = _named(owner, table, column, pk)
    name, kind = dice.choice([item for item in sealed.columns[table] if item[0] not in ("id", column)])
    owner.run(f'UPDATE {table} SET "{name}" = {_other(kind, name, dice)} WHERE {_key(table)} = {pk}')
    return f"{table}.{name} of {pk} edited", {named}


def _remove(
    owner: databases.Owner, sealed: Sealed, dice: random.Random, table: str, _chain: str, column: str
):
    pk = dice.choice(sealed.keys[table])
    named = _named(owner, table, column, pk)
    owner.run(f"DELETE FROM {table} WHERE {_key(table)} = {pk}")
    return f"{table} {pk} removed", {named}


def _insert(
    owner: databases.Owner, sealed: Sealed, dice: random.Random, table: str, _chain: str, column: str
):
    """A copy of a row is slipped in: under a number that was never used, or as one more leg."""
    pk = dice.choice(sealed.keys[table][:-1])
    names = [name for name, _kind in sealed.columns[table] if name != "id"]
    values = {name: f'"{name}"' for name in names}
    for name in {"key", "number"} & set(names):
        values[name] = f"{values[name]} || 'x'"
    listed, filled = ", ".join(f'"{name}"' for name in names), ", ".join(values.values())
    if table == "ledger_leg":
        values["position"] = "position + 50"
        filled = ", ".join(values.values())
        owner.run(f"INSERT INTO {table} ({listed}) SELECT {filled} FROM {table} WHERE {_key(table)} = {pk}")
        return f"a leg slipped in beside {pk}", {_named(owner, table, column, pk)}
    new = sealed.keys[table][-1] - dice.randrange(1, 900_000)
    owner.run(
        f"INSERT INTO {table} (id, {listed}) OVERRIDING SYSTEM VALUE"
        f" SELECT {new}, {filled} FROM {table} WHERE id = {pk}"
    )
    return f"{table} {new} slipped in", {new}


def _swap(owner: databases.Owner, sealed: Sealed, dice: random.Random, table: str, _chain: str, column: str):
    """Two rows exchange their numbers."""
    one, other = dice.sample(sealed.keys[table], 2)
    named = {_named(owner, table, column, one), _named(owner, table, column, other)}
    if table == "ledger_leg":
        if len(named) < 2:
            return "", set()
        first, second = sorted(named)
        owner.run(
            f"UPDATE ledger_leg SET transaction_id = CASE transaction_id WHEN {first} THEN {second}"
            f" ELSE {first} END, position = position + 100 WHERE {_key(table)} IN ({one}, {other})"
        )
        return f"legs {one} and {other} exchanged", named
    owner.run(f"UPDATE {table} SET id = -id WHERE id IN ({one}, {other})")
    owner.run(f"UPDATE {table} SET id = CASE id WHEN -{one} THEN {other} ELSE {one} END WHERE id < 0")
    return f"{table} {one} and {other} exchanged", named


def _seal_itself(
    owner: databases.Owner, _sealed: Sealed, dice: random.Random, _table: str, chain: str, _column: str
):
    """A seal is changed or removed: the seal is named, by its number, and no row."""
    numbers = [n for (n,) in owner.run("SELECT number FROM core_seal WHERE chain = %s ORDER BY 1", [chain])]
    number = dice.choice(numbers)
    change = dice.choice(
        (
            "UPDATE core_seal SET hash = sha256(hash) WHERE chain = %s AND number = %s",
            "UPDATE core_seal SET previous = sha256(previous) WHERE chain = %s AND number = %s",
            "UPDATE core_seal SET to_id = to_id + 1 WHERE chain = %s AND number = %s",
            "UPDATE core_seal SET marks[1] = marks[1] + 1 WHERE chain = %s AND number = %s",
        )
    )
    owner.run(change, [chain, number])
    return f"seal {number} of {chain} changed", set()


_ALTERATIONS = {
    "edit": _edit,
    "remove": _remove,
    "insert": _insert,
    "swap": _swap,
    "seal": _seal_itself,
}

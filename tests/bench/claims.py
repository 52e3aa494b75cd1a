"""The claim lines of a class, from the request to the committed lines.

The limit copies as many finished lines into a table with the same columns and keys, and decides nothing.
The peer is what one would write first: the calculation of each apprentice in a loop and `bulk_create`. The
three take turns. The advance and the remainder are both taken; the remainder has every outcome in it. Before
each turn the tables are as they lie some minutes after a class was enrolled: tidied and counted.
"""

import io
import statistics
import time
from collections.abc import Iterable
from datetime import date
from itertools import islice
from random import Random

from django.conf import settings
from django.db import connection, models, transaction

from apps.claims.enums import ClaimKind
from apps.claims.facts import FACTS, advance_candidates, remainder_candidates
from apps.claims.models import Claim
from apps.claims.services.calculations import calculate
from apps.core.db import as_owner
from apps.training.models import Assessment
from tests.bench.report import Row
from tests.bench.roster import people
from tests.factories import claims as make
from tests.factories.apprentices import ON, entry

# The peer takes one apprentice after another; a class of this size says enough about it.
PEER_SIZE = 1_000
# Apprentices of the class, and how many turns are taken.
SIZES = {"small": ((1_000, 10_000), 3), "full": ((1_000, 10_000, 30_000), 5)}
GOAL_LINES_A_SECOND = 20_000
ASSESSED_ON = date(2025, 3, 10)
_CANDIDATES = {ClaimKind.ADVANCE: advance_candidates, ClaimKind.REMAINDER: remainder_candidates}


def run(scale: str) -> list[Row]:
    """Lines a second, of the advance and of the remainder, by the size of the class."""
    sizes, turns = SIZES[scale]
    _tables()
    peer: dict[ClaimKind, float] = {}
    figures: dict[ClaimKind, dict[int, tuple[float, float, float]]] = {kind: {} for kind in _CANDIDATES}
    for size in sizes:
        of = class_of(size)
        for kind in _CANDIDATES:
            if kind == ClaimKind.REMAINDER:
                make.paid(of)
                _assess(of)
            rounds = [(_ours(of, kind), _limit(size)) for _turn in range(turns)]
            ours, limit = (size / statistics.median(way) for way in zip(*rounds, strict=True))
            if size == PEER_SIZE:
                peer[kind] = size / _peer(of, kind)
            figures[kind][size] = (ours, peer[kind], limit)
    return [row for kind, found in figures.items() for row in _rows(kind, found)]


def _rows(kind: ClaimKind, found: dict[int, tuple[float, float, float]]) -> Iterable[Row]:
    size = max(found)
    growth = {size: ours for size, (ours, _peer, _limit) in found.items()}
    ours, peer, limit = found[size]
    note = "limit: COPY of finished lines into the same columns and keys; peer: a loop and bulk_create, 1,000"
    yield Row(f"claim lines, {kind.value}, {size:,}", ours, peer, limit, "lines/s", note, growth=growth)
    # The limit of this row is the goal itself, so that missing it is seen.
    yield Row(f"  its goal, {kind.value}", ours, None, GOAL_LINES_A_SECOND, "lines/s", at_most=1.0)


def class_of(size: int) -> make.Money:
    """A class of so many people, the same in every run, with money for all of them."""
    entries = []
    for row in islice(people(size, Random(size)), size):  # noqa: S311 - the same people in every run
        name, number, mobile = row[:3]
        entries.append(entry(name=name, id_number=number, mobile=mobile))
    return make.money(entries=entries, special_fen=10**12, employment_fen=10**12)


def _assess(of: make.Money) -> None:
    """Nine of ten pass, most of them with a certificate."""
    rows = []
    for place, enrolment in enumerate(of.enrolments()):
        certified = place % 10 > 2
        rows.append(
            Assessment(
                enrolment=enrolment,
                district_id=enrolment.district_id,
                result="failed" if place % 10 == 0 else "passed",
                assessed_on=ASSESSED_ON,
                credits_tenths=800,
                certificate_kind="skill_level" if certified else "",
                certificate_number=f"B{enrolment.pk:015d}" if certified else "",
                certificate_on=ASSESSED_ON if certified else None,
                certificate_occupation_id=enrolment.occupation_id if certified else None,
                certificate_level_id=enrolment.level_id if certified else None,
                recorded_by_id=of.operator_of_institution.user_id,
            )
        )
    Assessment.objects.bulk_create(rows, batch_size=5000)


def tidy() -> None:
    """Vacuum and count what was just filled, as the database does by itself some minutes later."""
    with as_owner(connection), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE claims_claim, claims_claimline, apprentices_enrolment")
        cursor.execute("VACUUM ANALYZE claims_entitlement, training_assessment")


def _ours(of: make.Money, kind: ClaimKind) -> float:
    tidy()
    begun = time.perf_counter()
    claim = make.computed(of, kind, on=ASSESSED_ON if kind == ClaimKind.REMAINDER else ON)
    seconds = time.perf_counter() - begun
    if claim.line_count != of.training_class.enrolments.count():
        raise AssertionError(f"{claim.line_count} lines were computed")
    _forget(claim)
    return seconds


def _forget(claim: Claim) -> None:
    """Make room for the next turn: nobody may take a claim away, so the owner does, past the guards."""
    with as_owner(connection), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM claims_claimline WHERE claim_id = %s", [claim.pk])
        cursor.execute("DELETE FROM claims_claim WHERE id = %s", [claim.pk])


class PlainLine(models.Model):
    """The columns and keys of a claim line, without what guards them."""

    claim_id = models.BigIntegerField(db_index=True)
    enrolment_id = models.BigIntegerField(unique=True)
    district_id = models.CharField(max_length=6)
    kind = models.CharField(max_length=16)
    calculation_id = models.BigIntegerField(db_index=True)
    assessment_id = models.BigIntegerField(null=True, db_index=True)
    standard_fen = models.BigIntegerField()
    advance_fen = models.BigIntegerField()
    due_fen = models.BigIntegerField(null=True)
    amount_fen = models.BigIntegerField()

    class Meta:
        # Only the bench loads this module; the table lives and goes with its database.
        app_label = "core"
        db_table = "bench_plain_line"


def _tables() -> None:
    with as_owner(connection):
        with connection.schema_editor() as editor:
            editor.create_model(PlainLine)
        with connection.cursor() as cursor:
            for right, what in (("SELECT, INSERT, DELETE, TRUNCATE", ""), ("ALL", "SEQUENCE ")):
                name = "bench_plain_line_id_seq" if what else "bench_plain_line"
                cursor.execute(f"GRANT {right} ON {what}{name} TO {settings.APP_DB_ROLE}")


def _peer(of: make.Money, kind: ClaimKind) -> float:
    """One apprentice after another: read the facts, calculate, make an object; then `bulk_create`."""
    begun = time.perf_counter()
    with transaction.atomic():
        lines = []
        for facts in _CANDIDATES[kind](of.training_class).values("id", "district_id", *FACTS):
            one = calculate([{name: facts[name] for name in FACTS}])[0]
            lines.append(_line(one, facts, kind))
        PlainLine.objects.bulk_create(lines)
    seconds = time.perf_counter() - begun
    _empty()
    return seconds


def _line(one: object, facts: dict, kind: ClaimKind) -> PlainLine:
    return PlainLine(
        claim_id=1,
        enrolment_id=facts["id"],
        district_id=facts["district_id"],
        kind=kind,
        calculation_id=one.pk,
        standard_fen=one.standard_fen,
        advance_fen=one.advance_fen,
        due_fen=one.due_fen,
        amount_fen=one.advance_fen,
    )


def _limit(size: int) -> float:
    text = "".join(f"1\t{n}\t110105\tadvance\t1\t\\N\t1600000\t800000\t\\N\t800000\n" for n in range(size))
    columns = [field.column for field in PlainLine._meta.fields if field.name != "id"]
    begun = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.copy_expert(
            f"COPY bench_plain_line ({', '.join(columns)}) FROM STDIN", io.BytesIO(text.encode())
        )
    seconds = time.perf_counter() - begun
    _empty()
    return seconds


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE bench_plain_line")

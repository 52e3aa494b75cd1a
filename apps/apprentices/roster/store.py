"""Store judged rows: what only the database can tell (who is there already, how many seats are left).

One chunk is one transaction: COPY into a temporary table, one statement that finds what is wrong with
rows beside others, one that adds the people, one that adds the enrolments. The database's own guards
(one live enrolment a person, an occupation and level once, no more than the headcount) stand behind it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from django.db import connection

from apps.accounts.actors import Actor
from apps.accounts.models import Person
from apps.accounts.pinyin import name_pinyin
from apps.accounts.services import ID_INDEX, MOBILE_INDEX
from apps.apprentices.enums import LIVE_STATES, EnrolmentState
from apps.apprentices.models import LineSeats, TrainingClass
from apps.apprentices.problems import HARMLESS, finding
from apps.apprentices.roster.judge import GoodRow
from apps.casework.acting import acting
from apps.core.crypto import blind_index_many, seal_many

_ID_PURPOSE = Person._meta.get_field("id_number").purpose
_MOBILE_PURPOSE = Person._meta.get_field("mobile").purpose

_STAGE = """
    CREATE TEMPORARY TABLE IF NOT EXISTS roster_stage (
        row integer NOT NULL,
        name text NOT NULL,
        name_pinyin text NOT NULL,
        id_number bytea NOT NULL,
        id_index bytea NOT NULL,
        mobile bytea,
        mobile_index bytea,
        birth_date date NOT NULL,
        sex text NOT NULL,
        post_kind text NOT NULL,
        person_status text NOT NULL,
        contract_from date NOT NULL,
        contract_to date,
        insured_in_city boolean NOT NULL,
        agreement_signed_on date,
        remark text NOT NULL,
        code text,
        first_row integer
    )
"""
_COLUMNS = (
    "row, name, name_pinyin, id_number, id_index, mobile, mobile_index, birth_date, sex, post_kind,"
    " person_status, contract_from, contract_to, insured_in_city, agreement_signed_on, remark"
)

# What is wrong with a row beside others: the first reason counts. The message about an enrolment
# elsewhere says neither where nor with whom.
_JUDGE = """
    UPDATE roster_stage s SET code = j.code, first_row = j.first_row
      FROM (
        SELECT t.row,
               CASE
                   WHEN t.first_row <> t.row OR live.roster_file_id = %(roster_file)s THEN 'twice_in_file'
                   WHEN live.training_class_id = %(training_class)s THEN 'already_on_roster'
                   WHEN live.id IS NOT NULL THEN 'enrolled_elsewhere'
                   WHEN p.name <> t.name THEN 'name_differs'
                   WHEN had.id IS NOT NULL THEN 'had_before'
               END AS code,
               CASE WHEN t.first_row <> t.row THEN t.first_row ELSE live.roster_row END AS first_row
          FROM (
            SELECT row, name, id_index, min(row) OVER (PARTITION BY id_index) AS first_row
              FROM roster_stage WHERE code IS NOT DISTINCT FROM %(judged)s
          ) t
          LEFT JOIN accounts_person p ON p.id_index = t.id_index
          LEFT JOIN apprentices_enrolment live ON live.person_id = p.id AND live.state IN %(live)s
          LEFT JOIN apprentices_enrolment had ON had.person_id = p.id AND had.state = %(completed)s
               AND had.occupation_id = %(occupation)s AND had.level_id = %(level)s
      ) j
     WHERE s.row = j.row AND j.code IS NOT NULL
"""

_OVER_HEADCOUNT = """
    UPDATE roster_stage s SET code = 'no_seat'
      FROM (SELECT row, row_number() OVER (ORDER BY row) AS place FROM roster_stage WHERE code IS NULL) p
     WHERE s.row = p.row AND p.place > %s
"""

# In the order of the index, and enrolments in that of the people, so that two rosters with the same
# people wait for each other and do not deadlock.
_ADD_PEOPLE = """
    INSERT INTO accounts_person
           (name, name_pinyin, id_number, id_index, mobile, mobile_index, birth_date, sex)
    SELECT name, name_pinyin, id_number, id_index, mobile, mobile_index, birth_date, sex
      FROM roster_stage WHERE code IS NULL ORDER BY id_index
        ON CONFLICT (id_index) DO NOTHING
"""

_ADD_ENROLMENTS = """
    INSERT INTO apprentices_enrolment
           (id, state, version, district_id, state_since, created_at, person_id, training_class_id,
            enterprise_id, institution_id, occupation_id, level_id, roster_file_id, roster_row,
            post_kind, person_status, contract_from, contract_to, insured_in_city,
            agreement_signed_on, remark, starts_on, ends_on, term_months, occupation_kind)
    SELECT s.id, %(registered)s, 1, c.district_id, now(), now(), p.id, c.id,
           c.enterprise_id, c.institution_id, l.occupation_id, l.level_id, %(roster_file)s::bigint,
           CASE WHEN %(roster_file)s::bigint IS NOT NULL THEN s.row END,
           s.post_kind, s.person_status, s.contract_from, s.contract_to, s.insured_in_city,
           s.agreement_signed_on, s.remark, c.starts_on, c.ends_on, l.term_months, ''
      FROM (
        SELECT nextval(pg_get_serial_sequence('apprentices_enrolment', 'id')) AS id, r.*
          FROM (SELECT * FROM roster_stage WHERE code IS NULL ORDER BY row) r
      ) s
      JOIN accounts_person p ON p.id_index = s.id_index AND p.name = s.name
      JOIN apprentices_trainingclass c ON c.id = %(training_class)s
      JOIN plans_planline l ON l.id = c.line_id
     ORDER BY p.id
        ON CONFLICT DO NOTHING
"""

# Rows that somebody else's upload made impossible between our look and our insert are looked at again.
_LEFT_OUT = """
    UPDATE roster_stage s SET code = 'left_out'
     WHERE s.code IS NULL AND NOT EXISTS (
        SELECT 1 FROM accounts_person p JOIN apprentices_enrolment e ON e.person_id = p.id
         WHERE p.id_index = s.id_index AND e.training_class_id = %(training_class)s
           AND e.state = %(registered)s
     )
"""


@dataclass
class Stored:
    """What became of one chunk: how many rows were stored, and why each other one was not."""

    good: int = 0
    bad: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    known: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Sealed:
    """Good rows ready for COPY: sealed, indexed and written out. Made beside the database's work."""

    count: int
    lines: bytes
    indexes: list[bytes]


def seal_rows(rows: Sequence[GoodRow]) -> Sealed:
    """Seal the numbers of good rows and write the rows in the text form of COPY."""
    numbers = [row.id_number for row in rows]
    mobiles = [row.mobile for row in rows]
    indexes = blind_index_many(ID_INDEX, numbers)
    columns = zip(
        rows,
        seal_many(_ID_PURPOSE, numbers),
        indexes,
        seal_many(_MOBILE_PURPOSE, mobiles),
        blind_index_many(MOBILE_INDEX, mobiles),
        strict=True,
    )
    return Sealed(len(rows), "".join(_lines(columns)).encode(), indexes)


def _lines(columns: Iterator) -> Iterator[str]:
    for row, number, number_index, mobile, mobile_index in columns:
        name = row.name
        remark = _escaped(row.remark) if row.remark else ""
        yield (
            f"{row.row}\t{name}\t{name_pinyin(name)}\t\\\\x{number.hex()}\t\\\\x{number_index.hex()}"
            f"\t\\\\x{mobile.hex()}\t\\\\x{mobile_index.hex()}\t{row.birth_date}\t{row.sex}"
            f"\t{row.post_kind}\t{row.person_status}\t{row.contract_from}\t{row.contract_to or _NULL}"
            f"\t{'t' if row.insured_in_city else 'f'}\t{row.agreement_signed_on or _NULL}\t{remark}\n"
        )


_NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)


def store_rows(
    actor: Actor, training_class: TrainingClass, sealed: Sealed, *, roster_file_id: int | None
) -> Stored:
    """Register a chunk of sealed rows in a class, within the caller's transaction.

    Locks the line's seats, so that chunks of one line follow each other. Whatever cannot be taken is
    returned with its reason; nothing is raised for a row.
    """
    stored = Stored()
    if not sealed.count:
        return stored
    seats = LineSeats.objects.select_for_update().get(pk=training_class.line_id)
    known = {
        "roster_file": roster_file_id,
        "training_class": training_class.pk,
        "occupation": training_class.line.occupation_id,
        "level": training_class.line.level_id,
        "live": tuple(LIVE_STATES),
        "completed": EnrolmentState.COMPLETED,
        "registered": EnrolmentState.REGISTERED,
        "judged": None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        cursor.execute("TRUNCATE roster_stage")
        cursor.copy_expert(f"COPY roster_stage ({_COLUMNS}) FROM STDIN", BytesIO(sealed.lines))
        cursor.execute(_JUDGE, known)
        cursor.execute(_OVER_HEADCOUNT, [seats.free])
        cursor.execute(_ADD_PEOPLE)
        with acting(actor, "create"):
            cursor.execute(_ADD_ENROLMENTS, known)
        stored.good = cursor.rowcount
        cursor.execute("SELECT count(*) FROM roster_stage WHERE code IS NULL")
        if cursor.fetchone()[0] != stored.good:
            cursor.execute(_LEFT_OUT, known)
            cursor.execute(_JUDGE, {**known, "judged": "left_out"})
        cursor.execute("SELECT row, code, first_row FROM roster_stage WHERE code IS NOT NULL ORDER BY row")
        for row, code, first_row in cursor.fetchall():
            if code in HARMLESS and roster_file_id is not None:
                stored.known.append(row)
            else:
                stored.bad[row] = [_found(code, first_row, seats)]
    return stored


def _found(code: str, first_row: int | None, seats: LineSeats) -> dict[str, Any]:
    if code == "twice_in_file":
        return finding(code, "id_number", first=first_row)
    if code == "no_seat":
        return finding(code, "", seats=seats.seats)
    if code == "left_out":
        # Somebody registered the person elsewhere and has not committed yet for us to see.
        code = "enrolled_elsewhere"
    return finding(code, "name" if code == "name_differs" else "id_number")

"""Store judged rows: what only the database can tell (who is there already, how many seats are left).

One chunk is one transaction: COPY into a temporary table, one statement that finds what is wrong with
rows beside others, one that adds the people, one that adds the enrolments. The database's own guards
(one live enrolment a person, an occupation and level once, no more than the headcount) stand behind it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from io import BytesIO
from typing import Any

from django.db import IntegrityError, connection, transaction

from apps.accounts.actors import Actor
from apps.accounts.models import Person
from apps.accounts.pinyin import name_pinyin
from apps.accounts.services import ID_INDEX, MOBILE_INDEX
from apps.apprentices.enums import LIVE_STATES, YEARLY_STATES, EnrolmentState
from apps.apprentices.models import LineSeats, TrainingClass
from apps.apprentices.problems import HARMLESS, finding
from apps.apprentices.requirements import Requirements
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
        id bigint NOT NULL DEFAULT nextval('apprentices_enrolment_id_seq'),
        person_id bigint NOT NULL DEFAULT nextval('accounts_person_id_seq'),
        is_new boolean NOT NULL DEFAULT true,
        code text,
        first_row integer
    )
"""
_COLUMNS = (
    "row, name, name_pinyin, id_number, id_index, mobile, mobile_index, birth_date, sex, post_kind,"
    " person_status, contract_from, contract_to, insured_in_city, agreement_signed_on, remark"
)

# What is wrong with a row beside others: the first reason counts. The message about an enrolment
# elsewhere says neither where nor with whom. Known people get their own key in place of a new one. What a
# row says otherwise than the roster that its person is on already is named by its column: an empty cell of a
# column that may be left out says nothing, and a mobile number is the person's own, not the roster's.
_JUDGE = """
    UPDATE roster_stage s
       SET code = j.code, first_row = j.first_row, person_id = coalesce(j.known_id, s.person_id),
           is_new = j.known_id IS NULL
      FROM (
        SELECT t.row, p.id AS known_id,
               CASE
                   WHEN t.row_before <> t.row OR live.roster_file_id = %(roster_file)s THEN 'twice_in_file'
                   WHEN live.training_class_id = %(training_class)s THEN
                       CASE WHEN p.name <> t.name THEN 'name_differs'
                            ELSE coalesce('differs:' ||
                                CASE WHEN live.post_kind <> t.post_kind THEN 'post_kind'
                                     WHEN live.contract_from <> t.contract_from THEN 'contract_from'
                                     WHEN live.contract_to IS DISTINCT FROM t.contract_to THEN 'contract_to'
                                     WHEN live.insured_in_city <> t.insured_in_city THEN 'insured_in_city'
                                     WHEN live.person_status <> t.person_status THEN 'person_status'
                                     WHEN t.agreement_signed_on IS NOT NULL
                                      AND t.agreement_signed_on IS DISTINCT FROM live.agreement_signed_on
                                     THEN 'agreement_signed_on'
                                     WHEN t.remark <> '' AND live.remark <> t.remark THEN 'remark'
                                END, 'already_on_roster') END
                   WHEN live.id IS NOT NULL THEN 'enrolled_elsewhere'
                   WHEN p.name <> t.name THEN 'name_differs'
                   WHEN had.id IS NOT NULL THEN 'had_before'
                   WHEN EXISTS (
                       SELECT 1 FROM apprentices_enrolment o
                        WHERE o.person_id = p.id AND o.state = %(completed)s
                          AND o.starts_on < %(ends_on)s AND o.ends_on > %(starts_on)s
                   ) THEN 'overlaps'
                   WHEN %(trainings_max)s <= (
                       SELECT count(*) FROM apprentices_enrolment y
                        WHERE y.person_id = p.id AND y.state IN %(yearly)s
                          AND y.set_up_on BETWEEN %(year_from)s AND %(year_to)s
                   ) THEN 'year_full'
               END AS code,
               CASE WHEN t.row_before <> t.row THEN t.row_before ELSE live.roster_row END AS first_row
          FROM (
            SELECT *, min(row) OVER (PARTITION BY id_index) AS row_before
              FROM roster_stage
             WHERE code IS NOT DISTINCT FROM %(judged)s
          ) t
          LEFT JOIN accounts_person p ON p.id_index = t.id_index
          LEFT JOIN apprentices_enrolment live ON live.person_id = p.id AND live.state IN %(live)s
          LEFT JOIN apprentices_enrolment had ON had.person_id = p.id AND had.state = %(completed)s
               AND had.occupation_id = %(occupation)s AND had.level_id = %(level)s
      ) j
     WHERE s.row = j.row AND (j.code IS NOT NULL OR j.known_id IS NOT NULL)
"""

_OVER_HEADCOUNT = """
    UPDATE roster_stage s SET code = 'no_seat'
      FROM (SELECT row, row_number() OVER (ORDER BY row) AS place FROM roster_stage WHERE code IS NULL) p
     WHERE s.row = p.row AND p.place > %(free)s
"""

# In the order of the index, and enrolments in that of the people, so that two rosters with the same
# people wait for each other and do not deadlock.
_ADD_PEOPLE = """
    INSERT INTO accounts_person
           (id, name, name_pinyin, id_number, id_index, mobile, mobile_index, birth_date, sex)
    SELECT person_id, name, name_pinyin, id_number, id_index, mobile, mobile_index, birth_date, sex
      FROM roster_stage WHERE code IS NULL AND is_new ORDER BY id_index
"""

_ADD_ENROLMENTS = """
    INSERT INTO apprentices_enrolment
           (id, state, version, district_id, state_since, created_at, person_id, training_class_id,
            enterprise_id, institution_id, occupation_id, level_id, roster_file_id, roster_row,
            post_kind, person_status, contract_from, contract_to, insured_in_city,
            agreement_signed_on, remark, starts_on, ends_on, term_months, occupation_kind)
    SELECT s.id, %(registered)s, 1, %(district)s, now(), now(), s.person_id, %(training_class)s,
           %(enterprise)s, %(institution)s, %(occupation)s, %(level)s, %(roster_file)s::bigint,
           CASE WHEN %(roster_file)s::bigint IS NOT NULL THEN s.row END,
           s.post_kind, s.person_status, s.contract_from, s.contract_to, s.insured_in_city,
           s.agreement_signed_on, s.remark, %(starts_on)s::date, %(ends_on)s::date, %(term_months)s, ''
      FROM roster_stage s WHERE s.code IS NULL ORDER BY s.person_id
"""

# The careful way, when somebody else registered some of these people while we looked at them.
_SKIP_KNOWN = " ON CONFLICT DO NOTHING"
_NOW_KNOWN = """
    UPDATE roster_stage s SET person_id = p.id, is_new = false FROM accounts_person p
     WHERE p.id_index = s.id_index AND s.code IS NULL AND p.id <> s.person_id AND p.name = s.name
"""
_STILL_UNKNOWN = """
    UPDATE roster_stage s SET code = 'left_out' FROM accounts_person p
     WHERE p.id_index = s.id_index AND s.code IS NULL AND p.id <> s.person_id
"""
_LEFT_OUT = """
    UPDATE roster_stage s SET code = 'left_out'
     WHERE s.code IS NULL AND NOT EXISTS (SELECT 1 FROM apprentices_enrolment e WHERE e.id = s.id)
"""


# What is handed to the driver at a time: at its 8 KB it would wait for the interpreter at every tenth row.
_COPY_BYTES = 1 << 20


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
    for good, number, number_index, mobile, mobile_index in columns:
        row, name, _number, born, sex, _mobile, post, status, first, last, insured, signed, remark = good
        yield (
            f"{row}\t{name}\t{name_pinyin(name)}\t\\\\x{number.hex()}\t\\\\x{number_index.hex()}"
            f"\t\\\\x{mobile.hex()}\t\\\\x{mobile_index.hex()}\t{_day(born)}\t{sex}\t{post}\t{status}"
            f"\t{_day(first)}\t{_day(last)}\t{'t' if insured else 'f'}\t{_day(signed)}"
            f"\t{_escaped(remark) if remark else ''}\n"
        )


_NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


@lru_cache(maxsize=50_000)
def _day(day: date | None) -> str:
    """A day as COPY reads it; a roster repeats them by the thousand."""
    return day.isoformat() if day is not None else _NULL


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)


def store_rows(
    actor: Actor,
    training_class: TrainingClass,
    sealed: Sealed,
    requirements: Requirements,
    *,
    roster_file_id: int | None,
) -> Stored:
    """Register a chunk of sealed rows in a class, within the caller's transaction.

    Trainings of the year are counted in the year of the day on which the roster is judged: the record may
    be set up on it, and the district's enrolment counts again on its own day.
    Locks the line's seats, so that chunks of one line follow each other. Whatever cannot be taken is
    returned with its reason; nothing is raised for a row.
    """
    stored = Stored()
    if not sealed.count:
        return stored
    seats = LineSeats.objects.select_for_update().get(pk=training_class.line_id)
    values = {**_values(training_class, roster_file_id, seats), **_of_the_year(requirements)}
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        cursor.execute("TRUNCATE roster_stage")
        copy = f"COPY roster_stage ({_COLUMNS}) FROM STDIN"
        cursor.copy_expert(copy, BytesIO(sealed.lines), _COPY_BYTES)
        # A file brings mostly people whom nobody knows: where all of a chunk are new, the unique index of
        # people has said of each row that there is nothing about it to look for.
        if roster_file_id is not None and sealed.count <= seats.free:
            with acting(actor, "create"):
                if _added(cursor, values) == sealed.count:
                    return Stored(good=sealed.count)
        cursor.execute(_JUDGE, values)
        if sealed.count > seats.free:
            cursor.execute(_OVER_HEADCOUNT, values)
        with acting(actor, "create"):
            added = _added(cursor, values)
            stored.good = _added_around_others(cursor, values) if added is None else added
        cursor.execute("SELECT row, code, first_row FROM roster_stage WHERE code IS NOT NULL ORDER BY row")
        for row, code, first_row in cursor.fetchall():
            if code in HARMLESS and roster_file_id is not None:
                stored.known.append(row)
            else:
                stored.bad[row] = [_found(code, first_row, seats, requirements)]
    return stored


def _of_the_year(requirements: Requirements) -> dict[str, Any]:
    return {
        "trainings_max": requirements.trainings_max,
        "yearly": tuple(YEARLY_STATES),
        "year_from": date(requirements.on.year, 1, 1),
        "year_to": date(requirements.on.year, 12, 31),
    }


def _values(training_class: TrainingClass, roster_file_id: int | None, seats: LineSeats) -> dict[str, Any]:
    line = training_class.line
    return {
        "roster_file": roster_file_id,
        "training_class": training_class.pk,
        "district": training_class.district_id,
        "enterprise": training_class.enterprise_id,
        "institution": training_class.institution_id,
        "starts_on": training_class.starts_on,
        "ends_on": training_class.ends_on,
        "occupation": line.occupation_id,
        "level": line.level_id,
        "term_months": line.term_months,
        "live": tuple(LIVE_STATES),
        "completed": EnrolmentState.COMPLETED,
        "registered": EnrolmentState.REGISTERED,
        "free": seats.free,
        "judged": None,
    }


def _added(cursor: Any, values: dict[str, Any]) -> int | None:
    """Add the rows that have no reason against them; returns how many, None where one is in the way."""
    try:
        with transaction.atomic():
            cursor.execute(_ADD_PEOPLE)
            cursor.execute(_ADD_ENROLMENTS, values)
            return int(cursor.rowcount)
    except IntegrityError:
        return None


def _added_around_others(cursor: Any, values: dict[str, Any]) -> int:
    """Store what can be stored beside an upload of the same people that was quicker; returns how many."""
    cursor.execute(_ADD_PEOPLE + _SKIP_KNOWN)
    cursor.execute(_NOW_KNOWN)
    cursor.execute(_STILL_UNKNOWN)
    cursor.execute(_ADD_ENROLMENTS + _SKIP_KNOWN, values)
    good = int(cursor.rowcount)
    cursor.execute(_LEFT_OUT)
    cursor.execute(_JUDGE, {**values, "judged": "left_out"})
    return good


def _found(code: str, first_row: int | None, seats: LineSeats, requirements: Requirements) -> dict[str, Any]:
    if code == "twice_in_file":
        return finding(code, "id_number", first=first_row)
    if code.startswith("differs:"):
        return finding("differs", code.removeprefix("differs:"))
    if code == "year_full":
        return finding(code, "id_number", most=requirements.trainings_max, year=requirements.on.year)
    if code == "no_seat":
        return finding(code, "", seats=seats.seats)
    if code == "left_out":
        # Somebody registered the person elsewhere and has not committed yet for us to see.
        code = "enrolled_elsewhere"
    return finding(code, "name" if code == "name_differs" else "id_number")

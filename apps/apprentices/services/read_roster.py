"""Read an uploaded roster to its end: resumable, so that a killed worker loses and doubles nothing."""

from collections.abc import Callable
from contextlib import closing
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.apprentices.checks import OPEN_ROSTER
from apps.apprentices.enums import RosterState
from apps.apprentices.models import RosterFile, RosterProblem, TrainingClass
from apps.apprentices.requirements import Requirements, requirements_on
from apps.apprentices.roster import giving_back
from apps.apprentices.roster.judge import Judge
from apps.apprentices.roster.pipeline import Chunk, prepared, quick_turns
from apps.apprentices.roster.source import CHUNK_ROWS, RosterSource
from apps.apprentices.roster.store import Stored, store_rows
from apps.apprentices.services.guards import keep_from_submission
from apps.core import clock
from apps.core.errors import Conflict, InvalidInput, Refused, ShituError
from apps.core.garbage import collecting_rarely

Report = Callable[[int, int], None]
Finish = Callable[[dict[str, Any]], None]
_DEADLOCK_TRIES = 3
# Rows come and go by the ten thousand and hold no cycles: to look through them takes a third of the time.
_NEW_OBJECTS = 1_000_000
_DEADLOCKS = {"40P01", "40001"}


def read_roster(
    roster_file: RosterFile,
    *,
    report: Report = lambda _done, _total: None,
    finish: Finish = lambda _result: None,
    chunk_rows: int = CHUNK_ROWS,
) -> RosterFile:
    """Read the file from where it was left: each chunk is stored together with how far it came.

    Good rows become registrations, each other row a `RosterProblem`; at the end they are given back as a
    workbook. `report` is told (rows read, rows in all); `finish` is called with the result in the last
    transaction. A file that cannot be read at all is refused with its sentence and changes nothing;
    raises what the sandbox raises when it broke for another reason, to be tried again.
    """
    if roster_file.state in (RosterState.DONE, RosterState.REFUSED):
        finish(_result(roster_file))
        return roster_file
    actor = _uploader(roster_file)
    judge = Judge(requirements_on(roster_file.judged_on))
    try:
        source = RosterSource(roster_file.file, after=roster_file.read_to, chunk_rows=chunk_rows)
        with (
            collecting_rarely(_NEW_OBJECTS),
            quick_turns(),
            closing(prepared(source.chunks(), judge)) as chunks,
        ):
            for chunk in chunks:
                _store(actor, roster_file.pk, chunk, judge.requirements)
                report(chunk.last_row, source.total)
    except (InvalidInput, Refused) as refusal:
        return _refuse(roster_file.pk, refusal, finish)
    return _end(roster_file.pk, finish)


def _uploader(roster_file: RosterFile) -> Actor:
    """The history names whoever uploaded the file, not the worker that read it."""
    user = roster_file.uploaded_by
    return Actor(
        role=Role.ENTERPRISE_OPERATOR,
        user_id=user.pk,
        person_id=user.person_id,
        organisation_id=roster_file.training_class.enterprise_id,
        name=user.person.name,
    )


def _store(actor: Actor, roster_file_id: int, chunk: Chunk, requirements: Requirements) -> None:
    """Store a chunk in one transaction; again where the database had to choose a victim of a deadlock."""
    for attempt in range(1, _DEADLOCK_TRIES + 1):
        try:
            return _store_once(actor, roster_file_id, chunk, requirements)
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", "") not in _DEADLOCKS or attempt == _DEADLOCK_TRIES:
                raise
    return None


@transaction.atomic
def _store_once(actor: Actor, roster_file_id: int, chunk: Chunk, requirements: Requirements) -> None:
    _commit_without_waiting()
    training_class = _held_class(roster_file_id)
    roster_file = RosterFile.objects.select_for_update(of=("self",)).get(pk=roster_file_id)
    if roster_file.read_to >= chunk.last_row:
        return
    if roster_file.read_to >= chunk.rows[0][0]:
        raise Conflict("this file is being read by another worker", code="read_elsewhere")
    stored = store_rows(actor, training_class, chunk.sealed, requirements, roster_file_id=roster_file.pk)
    bad = {**chunk.judged.bad, **stored.bad}
    _keep_problems(roster_file, chunk, bad)
    _advance(roster_file, chunk, stored, len(bad))


def _commit_without_waiting() -> None:
    """Let this chunk reach the disk with a later commit: nobody is told of it before the file is done.

    If the database itself falls in between, chunk and `read_to` are gone together and are read again. The
    commit that closes the file waits for the disk, and with it for all before.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")


def _held_class(roster_file_id: int) -> TrainingClass:
    """The class, kept from being submitted until the commit."""
    rows = TrainingClass.objects.select_related("line").filter(roster_files=roster_file_id)
    key = rows.values_list("pk", flat=True).get()
    keep_from_submission(key)
    training_class = rows.get()
    if training_class.state not in OPEN_ROSTER:
        raise Refused(
            _("The roster of the class was closed while the file was being read."), code="roster_closed"
        )
    return training_class


def _keep_problems(roster_file: RosterFile, chunk: Chunk, bad: dict[int, list[dict[str, Any]]]) -> None:
    if not bad:
        return
    cells = {row: cells for row, cells, _marks in chunk.rows if row in bad}
    RosterProblem.objects.bulk_create(
        (
            RosterProblem(
                roster_file=roster_file, row=row, cells=giving_back.as_text(cells[row]), problems=found
            )
            for row, found in sorted(bad.items())
        ),
        batch_size=1000,
    )


def _advance(roster_file: RosterFile, chunk: Chunk, stored: Stored, bad: int) -> None:
    roster_file.state = RosterState.READING
    roster_file.read_to = chunk.last_row
    roster_file.good_rows += stored.good
    roster_file.known_rows += len(stored.known)
    roster_file.bad_rows += bad
    roster_file.save(update_fields=["state", "read_to", "good_rows", "known_rows", "bad_rows"])


def _refuse(roster_file_id: int, refusal: ShituError, finish: Finish) -> RosterFile:
    """The file as a whole cannot be taken: say why. Chunks that were stored before stay stored."""
    with transaction.atomic():
        roster_file = RosterFile.objects.select_for_update(of=("self",)).get(pk=roster_file_id)
        sentences = dict.fromkeys([refusal.message, *(str(p.message) for p in refusal.problems)])
        roster_file.state = RosterState.REFUSED
        roster_file.refusal = "\n".join(sentences)
        roster_file.done_at = clock.now()
        roster_file.save(update_fields=["state", "refusal", "done_at"])
        finish(_result(roster_file))
    return roster_file


def _end(roster_file_id: int, finish: Finish) -> RosterFile:
    """Close the file; rows to correct are given back as a sealed workbook."""
    with transaction.atomic():
        roster_file = RosterFile.objects.select_for_update(of=("self",)).get(pk=roster_file_id)
        if not roster_file.good_rows + roster_file.bad_rows + roster_file.known_rows:
            return _refuse(roster_file_id, Refused(_("There is no row below the headings.")), finish)
        if roster_file.bad_rows and roster_file.error_workbook_id is None:
            roster_file.error_workbook = giving_back.problem_workbook(roster_file)
        roster_file.state = RosterState.DONE
        roster_file.done_at = clock.now()
        roster_file.save(update_fields=["state", "done_at", "error_workbook"])
        finish(_result(roster_file))
    return roster_file


def _result(roster_file: RosterFile) -> dict[str, Any]:
    return {
        "roster_file": roster_file.pk,
        "state": str(roster_file.state),
        "good": roster_file.good_rows,
        "known": roster_file.known_rows,
        "bad": roster_file.bad_rows,
    }

"""Write sessions that were checked, with who was there; the database's last word in a sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.apprentices.models import TrainingClass
from apps.core.errors import Conflict, Refused
from apps.plans.models import Course, Mentor
from apps.training.models import TrainingSession

BATCH = 5000


@dataclass(frozen=True)
class SessionFacts:
    """One session as reported. `attendance` maps enrolment ids to minutes; None means the whole session.

    `key` is the reporter's own name of the session: the same key again returns the first record.
    """

    course: Course
    mentor: Mentor
    mode: str
    starts_at: datetime
    ends_at: datetime
    attendance: Mapping[int, int | None]
    topic: str = ""
    place: str = ""
    key: str = ""

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


def store_many(
    actor: Actor, training_class: TrainingClass, side: str, reports: Sequence[SessionFacts]
) -> list[TrainingSession]:
    """Write sessions that were checked, all or none. Raises `Refused` when the database sees an overlap."""
    common = {"training_class": training_class, "district_id": training_class.district_id, "side": side}
    rows = [
        TrainingSession(
            **common,
            mode=facts.mode,
            course=facts.course,
            mentor=facts.mentor,
            topic=facts.topic,
            place=facts.place,
            starts_at=facts.starts_at,
            ends_at=facts.ends_at,
            minutes=facts.minutes,
            recorded_by_id=actor.account_id,
            external_key=facts.key,
        )
        for facts in reports
    ]
    try:
        with transaction.atomic():
            stored = TrainingSession.objects.bulk_create(rows, batch_size=BATCH)
            _store_attendance(stored, reports)
    except IntegrityError as error:
        raise overlap_in_words(error, reports[0]) from error
    return stored


# Side, district and hours are the session's: only who was there, and for how long, is sent.
_ATTENDANCE = """
    INSERT INTO training_attendance
        (session_id, enrolment_id, district_id, side, starts_at, ends_at, minutes, void_reason)
    SELECT s.id, a.enrolment_id, s.district_id, s.side, s.starts_at, s.ends_at, a.minutes, ''
      FROM unnest(%s::bigint[], %s::bigint[], %s::integer[]) AS a (session_id, enrolment_id, minutes)
      JOIN training_trainingsession s ON s.id = a.session_id
     ORDER BY a.session_id, a.enrolment_id
"""


def _store_attendance(stored: Sequence[TrainingSession], reports: Sequence[SessionFacts]) -> None:
    present = [
        (session.pk, pk, facts.minutes if minutes is None else minutes)
        for session, facts in zip(stored, reports, strict=True)
        for pk, minutes in facts.attendance.items()
    ]
    if present:
        with connection.cursor() as cursor:
            cursor.execute(_ATTENDANCE, [list(column) for column in zip(*present, strict=True)])


def overlap_in_words(error: IntegrityError, facts: SessionFacts) -> Exception:
    """The refusal that belongs to a constraint, in a sentence; another database error stays what it is."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
    if name == "teacher_in_one_place":
        message = _("%(name)s already teaches at that time. Hours of one teacher do not overlap.")
        return Refused(message % {"name": facts.mentor.name}, code="teacher_overlap")
    if name == "apprentice_in_one_place":
        message = _(
            "An apprentice is already recorded elsewhere at that time. Hours of one person do not overlap."
        )
        return Refused(message, code="apprentice_overlap")
    if name == "session_key_once":
        return Conflict(
            _("This session was just recorded by somebody else. Reload the page."), code="key_used"
        )
    return error

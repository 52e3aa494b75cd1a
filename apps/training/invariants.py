"""What must always hold of training records, as SQL that returns the rows which break it."""

from django.utils.translation import gettext_lazy as _

from apps.core.invariants import register

register(
    "T1a",
    _("Nobody is recorded in two sessions at the same time"),
    """
    SELECT id, enrolment_id, session_id, starts_at
      FROM (SELECT id, enrolment_id, session_id, starts_at,
                   lag(ends_at) OVER (PARTITION BY enrolment_id ORDER BY starts_at) AS before
              FROM training_attendance WHERE voided_at IS NULL) a
     WHERE starts_at < before
    """,
    _("One of two sessions that overlap is not true: take it back before a claim rests on its hours."),
)
register(
    "T1b",
    _("No teacher gives two sessions at the same time"),
    """
    SELECT id, mentor_id, training_class_id, starts_at
      FROM (SELECT id, mentor_id, training_class_id, starts_at,
                   lag(ends_at) OVER (PARTITION BY mentor_id ORDER BY starts_at) AS before
              FROM training_trainingsession WHERE cancelled_at IS NULL) s
     WHERE starts_at < before
    """,
    _("One of two sessions that overlap is not true: take it back before a claim rests on its hours."),
)
register(
    "T2",
    _("Hours that count belong to a session that stands, and are not longer than it"),
    """
    SELECT a.id, a.session_id, a.enrolment_id, a.minutes
      FROM training_attendance a JOIN training_trainingsession s ON s.id = a.session_id
     WHERE a.voided_at IS NULL
       AND (s.cancelled_at IS NOT NULL OR a.minutes > s.minutes OR a.side <> s.side
            OR a.starts_at <> s.starts_at OR a.ends_at <> s.ends_at)
    """,
    _("The attendance does not say what its session says: take the session back and record it anew."),
)
register(
    "T3",
    _("A certificate number stands on one record only"),
    """
    SELECT certificate_kind, certificate_number, count(*) AS records
      FROM training_assessment WHERE certificate_number <> ''
     GROUP BY certificate_kind, certificate_number HAVING count(*) > 1
    """,
    _("Two apprentices share a certificate: correct one of the results before it is settled."),
)

"""What must always hold of any case: its state is the last line of an unbroken history (I11)."""

from django.utils.translation import gettext_lazy as _

from apps.core.invariants import register

# All last lines in one pass, and not one look-up for each case of the city.
_LAST_LINE = """
    SELECT c.id, c.state, h.to_state AS last_in_history
      FROM {table} c
      LEFT JOIN (
          SELECT DISTINCT ON (subject_id) subject_id, to_state FROM casework_history
           WHERE subject_type = '{label}' ORDER BY subject_id, id DESC
      ) h ON h.subject_id = c.id
     WHERE h.to_state IS DISTINCT FROM c.state
"""


def watch(label: str) -> None:
    """Hold one kind of case to its history: called when the kind registers itself."""
    register(
        f"I11-{label}",
        _("The state of every case is the last line of its history"),
        _LAST_LINE.format(label=label, table=label.replace(".", "_")),
        _("A state was changed past the history: find out by whom, and take the case back to where it was."),
    )


register(
    "I11b",
    _("The history of a case has no gap: each line begins where the one before ended"),
    """
    SELECT * FROM (
        SELECT id, subject_type, subject_id, from_state,
               lag(to_state) OVER (PARTITION BY subject_type, subject_id ORDER BY id) AS before
          FROM casework_history
    ) h
     WHERE coalesce(before, '') <> from_state
    """,
    _("A line of the history is missing or was added: compare with the seals."),
)

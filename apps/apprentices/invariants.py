"""What must always hold of classes and enrolment records, as SQL that returns the rows which break it."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from apps.apprentices.enums import (
    CONSUMING_STATES,
    LIVE_STATES,
    STANDING_STATES,
    YEARLY_STATES,
    EnrolmentState,
)
from apps.apprentices.models.yearly import most_of
from apps.core import rls
from apps.core.invariants import register


def _of(states: Iterable[EnrolmentState], sql: str) -> str:
    """The statement with its states written in; they are words of our own code."""
    return sql.replace("{states}", ", ".join(f"'{state.value}'" for state in states))


register(
    "I15a",
    _("Nobody has two live enrolments"),
    _of(
        LIVE_STATES,
        """
    SELECT person_id, count(*) AS enrolments FROM apprentices_enrolment
     WHERE state IN ({states}) GROUP BY person_id HAVING count(*) > 1
        """,
    ),
    _("This person is registered or training in several classes: withdraw all but one."),
)
register(
    "I15b",
    _("Nobody is trained twice in the same occupation at the same level"),
    _of(
        CONSUMING_STATES,
        """
    SELECT person_id, occupation_id, level_id, count(*) AS enrolments FROM apprentices_enrolment
     WHERE state IN ({states})
     GROUP BY person_id, occupation_id, level_id HAVING count(*) > 1
        """,
    ),
    _("This person has two enrolments for one occupation and level: one of them must not be paid."),
)
register(
    "I15c",
    _("No two standing enrolments of a person overlap"),
    _of(
        STANDING_STATES,
        """
    SELECT id, person_id, starts_on FROM (
        SELECT id, person_id, starts_on,
               max(ends_on) OVER (PARTITION BY person_id ORDER BY starts_on, id
                                  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS ended_before
          FROM apprentices_enrolment WHERE state IN ({states})
    ) spans WHERE starts_on < ended_before
        """,
    ),
    _("This enrolment begins before an earlier one of the same person has ended."),
)
register(
    "I15d",
    _("An enrolment says the same as its class"),
    """
    SELECT e.id, e.training_class_id FROM apprentices_enrolment e
      LEFT JOIN apprentices_trainingclass c ON c.id = e.training_class_id
      LEFT JOIN plans_planline l ON l.id = c.line_id
      LEFT JOIN apprentices_rosterfile f ON f.id = e.roster_file_id
     WHERE (e.enterprise_id, e.institution_id, e.district_id, e.occupation_id, e.level_id)
           IS DISTINCT FROM (c.enterprise_id, c.institution_id, c.district_id, l.occupation_id, l.level_id)
        OR (e.roster_file_id IS NOT NULL AND f.training_class_id IS DISTINCT FROM e.training_class_id)
    """,
    _("The enrolment names another enterprise, district, occupation or level than its class."),
)
register(
    "I15f",
    _("Every enrolment is that of a person on record"),
    """
    SELECT e.id, e.person_id FROM apprentices_enrolment e
      LEFT JOIN accounts_person p ON p.id = e.person_id
     WHERE p.id IS NULL
    """,
    _("The person of this enrolment is missing. Restore the row from a backup."),
)
register(
    "I15e",
    _("No line of a plan has more apprentices than its headcount, and its counter is right"),
    _of(
        CONSUMING_STATES,
        """
    SELECT l.id AS line_id, l.headcount, s.seats, s.taken, coalesce(n.taken, 0) AS counted
      FROM plans_planline l
      LEFT JOIN apprentices_lineseats s ON s.line_id = l.id
      LEFT JOIN (
        SELECT c.line_id, count(*) AS taken FROM apprentices_enrolment e
          JOIN apprentices_trainingclass c ON c.id = e.training_class_id
         WHERE e.state IN ({states}) GROUP BY c.line_id
      ) n ON n.line_id = l.id
     WHERE coalesce(n.taken, 0) <> coalesce(s.taken, 0) OR coalesce(n.taken, 0) > l.headcount
        """,
    ),
    _("The apprentices of this line and its counter differ, or are more than the plan allows."),
)
register(
    "I15g",
    _("Nobody has more subsidised trainings in a calendar year than the document of the last one allows"),
    _of(
        YEARLY_STATES,
        """
    WITH counted AS MATERIALIZED (
        SELECT id, person_id, set_up_on, policy_document_id,
               row_number() OVER (PARTITION BY person_id, extract(year FROM set_up_on)
                                  ORDER BY set_up_on, id) AS place
          FROM apprentices_enrolment WHERE state IN ({states}) AND set_up_on IS NOT NULL
    ), bounds AS MATERIALIZED (
        SELECT k.policy_document_id, k.set_up_on,
               ({most}) AS most
          FROM (SELECT DISTINCT policy_document_id, set_up_on FROM counted WHERE place > 1) k
    )
    SELECT c.id, c.person_id, c.set_up_on, c.place, b.most
      FROM counted c JOIN bounds b USING (policy_document_id, set_up_on) WHERE c.place > b.most
        """.replace("{most}", most_of("k.policy_document_id", "k.set_up_on")),
    ),
    _("This record is one training too many of its person in that year: it must not be paid."),
)
rls.leave_open(
    "two counters of a line; a trigger that could not see them would stop counting places",
    "apprentices_lineseats",
)

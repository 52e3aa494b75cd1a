"""At most so many subsidised trainings per person and calendar year (京政办发〔2019〕18号 五（十五）).

What counts is every enrolment record that was set up in the year, since the advance goes out with it: also
that of somebody who left before the end. A record that was transferred does not count, because the same
training goes on under the record of the next class; neither does whoever was refused or taken off a roster.
"""

import pgtrigger

from apps.apprentices.enums import YEARLY_STATES
from apps.core.triggers import Guard

STATES = ", ".join(f"'{state.value}'" for state in YEARLY_STATES)

# The most that a document allows on a day; NULL where it sets no limit. {day} and {document} are columns.
MOST = """
    SELECT coalesce(
        (p.content #>> '{parameters,trainings_per_person_year_max,value}')::integer,
        (SELECT v.value::integer
           FROM jsonb_each_text(p.content #> '{parameters,trainings_per_person_year_max,values}') v
          WHERE v.key::date <= {day} ORDER BY v.key::date DESC LIMIT 1))
      FROM policy_policydocument p WHERE p.id = {document}
"""


def _written(sql: str, **words: str) -> str:
    """The statement with its words written in; they are words of our own code."""
    for name, word in words.items():
        sql = sql.replace("{" + name + "}", word)
    return sql


def most_of(document: str, day: str) -> str:
    """A scalar query for the most that the document in a column allows on the day in another column."""
    return _written(MOST, document=document, day=day)


# Executed, so that it is planned for the people of this statement: one look by the person's key for each.
# A document is read once for a day, not once for a person.
_OVER = _written(
    """
    WITH m AS MATERIALIZED (
        SELECT n.id, n.person_id, n.set_up_on, n.policy_document_id
          FROM new_rows n JOIN old_rows o ON o.id = n.id
         WHERE n.set_up_on IS NOT NULL AND n.state IN ({states})
           AND (o.set_up_on IS NULL OR o.state NOT IN ({states}) OR o.person_id <> n.person_id
                OR extract(year FROM o.set_up_on) <> extract(year FROM n.set_up_on))
    ), d AS MATERIALIZED (
        SELECT k.policy_document_id, k.set_up_on, ({most}) AS most
          FROM (SELECT DISTINCT policy_document_id, set_up_on FROM m) k
    )
    SELECT m.id FROM m JOIN d USING (policy_document_id, set_up_on)
     WHERE d.most < (
        SELECT count(*) FROM apprentices_enrolment e
         WHERE e.person_id = m.person_id AND e.state IN ({states})
           AND e.set_up_on >= date_trunc('year', m.set_up_on)::date
           AND e.set_up_on < (date_trunc('year', m.set_up_on) + interval '1 year')::date
     )
     LIMIT 1
""",
    states=STATES,
    most=most_of("k.policy_document_id", "k.set_up_on"),
)


def no_more_in_a_year() -> Guard:
    """The database refuses the record that would be one too many in its person's calendar year.

    It counts in the whole city, whichever district the session is shown. A count may stand here without a
    lock: who is on a roster or in training is nowhere else (`one_live_enrolment_per_person`), so an earlier
    record has ended, and its transaction is committed, before the next could even be registered.
    """
    over = _OVER.replace("'", "''")
    return Guard(
        name="no_more_in_a_year",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
        declare=[
            ("_over", "bigint"),
            ("_shown", "text := coalesce(current_setting('shitu.district', true), '')"),
        ],
        func=f"""
            IF NOT EXISTS (
                SELECT FROM new_rows n JOIN old_rows o ON o.id = n.id
                 WHERE n.set_up_on IS NOT NULL AND n.state IN ({STATES})
                   AND (o.set_up_on IS NULL OR o.state NOT IN ({STATES}) OR o.person_id <> n.person_id
                        OR o.set_up_on <> n.set_up_on)
            ) THEN
                RETURN NULL;
            END IF;
            PERFORM set_config('shitu.district', '*', true);
            EXECUTE '{over}' INTO _over;
            PERFORM set_config('shitu.district', _shown, true);
            IF _over IS NOT NULL THEN
                RAISE EXCEPTION 'enrolment % is one training too many of its person in this year', _over
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'trainings_per_person_year';
            END IF;
            RETURN NULL;
        """,
    )

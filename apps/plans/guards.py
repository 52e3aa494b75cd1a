"""What the database itself holds of a plan: its content stays while offices read it."""

import pgtrigger

from apps.core.triggers import Guard
from apps.plans.enums import OPEN_STATES

_OPEN = ", ".join(f"'{state.value}'" for state in OPEN_STATES)

# Locks the plan's row against a step that is taken at the same moment.
_PART_STAYS = """
    IF TG_OP <> 'INSERT' THEN
        SELECT state INTO _state FROM plans_plan WHERE id = OLD.plan_id FOR SHARE;
        IF _state NOT IN ({open}) THEN
            RAISE EXCEPTION 'the content of a plan stays as it was handed in'
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'plan_content_stays';
        END IF;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    SELECT state INTO _state FROM plans_plan WHERE id = NEW.plan_id FOR SHARE;
    IF _state NOT IN ({open}) THEN
        RAISE EXCEPTION 'the content of a plan stays as it was handed in'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'plan_content_stays';
    END IF;
    RETURN NEW;
"""

_CONTENT = (
    "version",
    "title",
    "policy_document_id",
    "institution_id",
    "superior_unit_id",
    "entrusted_to_id",
    "starts_on",
    "ends_on",
    "includes_dispatched",
    "monthly_wage_fen",
    "contact_name",
    "contact_phone",
)


def _differ(columns: tuple[str, ...]) -> str:
    old, new = (", ".join(f"{row}.{name}" for name in columns) for row in ("OLD", "NEW"))
    return f"(({old}) IS DISTINCT FROM ({new}))"


def part_stays() -> Guard:
    """Rows of a plan come, change and go only while the applicant has it."""
    return Guard(
        name="content_stays",
        level=pgtrigger.Row,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("_state", "text")],
        func=_PART_STAYS.format(open=_OPEN),
    )


def plan_stays() -> list[Guard]:
    """Content follows the state; whose plan it is never changes; a consolidation is joined once."""
    return [
        Guard(
            name="content_stays",
            level=pgtrigger.Row,
            when=pgtrigger.Before,
            operation=pgtrigger.Update,
            condition=pgtrigger.Condition(f"(OLD.state NOT IN ({_OPEN}) AND {_differ(_CONTENT)})"),
            func="""
                RAISE EXCEPTION 'the content of a plan stays as it was handed in'
                    USING ERRCODE = 'restrict_violation', CONSTRAINT = 'plan_content_stays';
            """,
        ),
        Guard(
            name="owner_stays",
            level=pgtrigger.Row,
            when=pgtrigger.Before,
            operation=pgtrigger.Update,
            condition=pgtrigger.Condition(
                "("
                + _differ(("number", "enterprise_id", "district_id", "created_by_id"))
                + " OR NEW.version < OLD.version"
                + " OR (OLD.consolidation_id IS NOT NULL"
                + " AND OLD.consolidation_id IS DISTINCT FROM NEW.consolidation_id)"
                + " OR (OLD.approved_on IS NOT NULL AND OLD.approved_on IS DISTINCT FROM NEW.approved_on))"
            ),
            func="""
                RAISE EXCEPTION 'number, owner and consolidation of a plan never change'
                    USING ERRCODE = 'restrict_violation', CONSTRAINT = 'plan_owner_stays';
            """,
        ),
    ]


def nothing_came_of_it() -> Guard:
    """A plan ends while no class is under review or in training, nobody was trained and nothing claimed.

    The tables of the floors above are named here, because what is refused is a step of the plan.
    """
    return Guard(
        name="nothing_came_of_it",
        level=pgtrigger.Row,
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition("(OLD.state <> 'ended' AND NEW.state = 'ended')"),
        func="""
            IF EXISTS (
                SELECT FROM apprentices_trainingclass c
                 WHERE c.plan_id = NEW.id AND (
                    c.state NOT IN ('cancelled', 'completed')
                    OR EXISTS (SELECT FROM apprentices_enrolment e
                                WHERE e.training_class_id = c.id AND e.state = 'completed')
                    OR EXISTS (SELECT FROM claims_claim k
                                WHERE k.training_class_id = c.id
                                  AND k.state NOT IN ('withdrawn', 'rejected')))
            ) THEN
                RAISE EXCEPTION 'a plan ends only while nothing came of it'
                    USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ended_plan_is_empty';
            END IF;
            RETURN NULL;
        """,
    )

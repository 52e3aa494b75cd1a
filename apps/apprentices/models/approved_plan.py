"""A class is opened under an approved plan, and under no other."""

import pgtrigger

from apps.core.triggers import Guard


def of_an_approved_plan() -> Guard:
    """Holds the plan's row: a plan that ends at the same moment either sees the class or refuses it."""
    return Guard(
        name="of_an_approved_plan",
        level=pgtrigger.Row,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        declare=[("_state", "text")],
        func="""
            SELECT p.state INTO _state FROM plans_plan p WHERE p.id = NEW.plan_id FOR SHARE;
            IF _state IS DISTINCT FROM 'approved' THEN
                RAISE EXCEPTION 'a class is opened under an approved plan'
                    USING ERRCODE = 'restrict_violation', CONSTRAINT = 'class_of_an_approved_plan';
            END IF;
            RETURN NULL;
        """,
    )

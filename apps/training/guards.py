"""What the database itself holds to: a result stands as long as a claim rests on it."""

import pgtrigger

from apps.core.triggers import Guard

# Named without an import: claims stand a floor above, and the function is read when it runs. The lines are
# looked up by enrolment, which has an index.
_STAND = """
    IF OLD.locked_at IS NULL THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - 'locked_at' IS DISTINCT FROM to_jsonb(OLD) - 'locked_at' THEN
        RAISE EXCEPTION 'a result that a claim rests on stands as it is'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'training_result_stands';
    END IF;
    IF NEW.locked_at IS NULL AND EXISTS (
        SELECT 1 FROM public.claims_claimline l JOIN public.claims_claim c ON c.id = l.claim_id
         WHERE l.enrolment_id = OLD.enrolment_id AND l.assessment_id = OLD.id AND l.voided_at IS NULL
           AND c.state NOT IN ('draft', 'returned')
    ) THEN
        RAISE EXCEPTION 'a result is opened again when the claim that rests on it has come back'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'training_result_stays_locked';
    END IF;
    RETURN NEW;
"""


def result_guard() -> Guard:
    """Refuses to change, remove or open a result on which a claim that was handed in rests."""
    return Guard(
        name="result_stands",
        level=pgtrigger.Row,
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=_STAND,
    )

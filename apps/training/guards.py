"""What the database itself holds to: a result is kept, and stands as long as a claim rests on it."""

import pgtrigger

from apps.core.triggers import Guard

# Named without an import: claims stand a floor above, and the function is read when it runs. The lines are
# looked up by enrolment, which has an index.
_STAND = """
    IF TG_OP = 'DELETE' OR (OLD.id, OLD.enrolment_id) IS DISTINCT FROM (NEW.id, NEW.enrolment_id) THEN
        RAISE EXCEPTION 'a result is corrected, and not removed or given to somebody else'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'training_result_kept';
    END IF;
    IF OLD.locked_at IS NULL THEN
        RETURN NEW;
    END IF;
    IF to_jsonb(NEW) - 'locked_at' IS DISTINCT FROM to_jsonb(OLD) - 'locked_at' THEN
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
    """Refuses to remove a result, and to change or open one on which a claim that was handed in rests."""
    return Guard(
        name="result_stands",
        level=pgtrigger.Row,
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=_STAND,
    )

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


# The day lies in a suspension or removal that the institution's history tells of, and no later entry put
# the institution back before it. `apps.institutions.halts` says the same in words.
_HALTED = """
    IF EXISTS (
        SELECT FROM new_rows n
          JOIN {of} c ON c.id = n.{key}
          JOIN public.institutions_institutionevent e ON e.pgh_obj_id = c.institution_id
         WHERE {which} e.standing IN ('suspended', 'removed')
           AND {day} BETWEEN e.standing_from AND coalesce(e.standing_until, 'infinity'::date)
           AND NOT EXISTS (
               SELECT FROM public.institutions_institutionevent b
                WHERE b.pgh_obj_id = e.pgh_obj_id AND b.pgh_id > e.pgh_id
                  AND b.standing = 'listed' AND b.standing_from <= {day})
    ) THEN
        RAISE EXCEPTION 'the institution may not train on that day'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'institution_halted';
    END IF;
    RETURN NULL;
"""


def _not_halted(of: str, key: str, day: str, which: str = "") -> Guard:
    func = _HALTED
    for name, word in (("of", of), ("key", key), ("day", day), ("which", which)):
        func = func.replace("{" + name + "}", word)
    return Guard(
        name="institution_trains_then",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="new_rows"),
        func=func,
    )


def no_lesson_while_halted() -> Guard:
    """Refuses lessons of an institution dated within its suspension; recorded ones stay."""
    return _not_halted(
        "public.apprentices_trainingclass",
        "training_class_id",
        "(n.starts_at AT TIME ZONE 'Asia/Shanghai')::date",
        "n.side = 'institution' AND",
    )


def no_assessment_while_halted() -> Guard:
    """Refuses results of an assessment dated within a suspension of the institution."""
    return _not_halted("public.apprentices_enrolment", "enrolment_id", "n.assessed_on")

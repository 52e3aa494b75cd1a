"""Database guard: nothing is promised to an enterprise that may not apply (Beijing 2022-11, 6(4)).

Tables are named with their schema: a temporary table of the same name must not blind a guard.
"""

import pgtrigger

from apps.core.triggers import Guard

# The rows of the enterprises are held until the transaction ends: who suspends one at this moment either sees
# the signature, or is seen by it.
_MAY_APPLY = """
    PERFORM 1 FROM public.enterprises_enterprise e
      WHERE e.organisation_id IN (
            SELECT n.enterprise_id FROM new_rows n JOIN old_rows o ON o.id = n.id
             WHERE o.state = 'second_signature' AND n.state = 'approved')
      ORDER BY e.organisation_id FOR SHARE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF EXISTS (
        SELECT 1 FROM new_rows n JOIN old_rows o ON o.id = n.id
          JOIN public.enterprises_enterprise e ON e.organisation_id = n.enterprise_id
         WHERE o.state = 'second_signature' AND n.state = 'approved' AND e.standing <> 'good'
           AND n.approved_on >= e.standing_from
           AND (e.standing_until IS NULL OR n.approved_on <= e.standing_until)
    ) THEN
        RAISE EXCEPTION 'nothing is promised to an enterprise that may not apply'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'claims_claim_may_apply';
    END IF;
    RETURN NULL;
"""


def standing_guard() -> Guard:
    """What keeps a claim that pays from being signed for an enterprise that may not apply."""
    return Guard(
        name="may_apply",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
        func=_MAY_APPLY,
    )

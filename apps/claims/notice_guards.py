"""Database guards of public notices: what was published stays, and nothing is signed before its notice ended.

Tables are named with their schema: a temporary table of the same name must not blind a guard.
"""

import pgtrigger

from apps.core.triggers import Guard

# What a signature asks of every claim in the statement: no paying line that an objection holds, and each of
# them published as it is, in a notice whose last day is over. A loop, since one claim is signed at a time and
# its lines are found by their index.
_SIGNED = """
    FOR _claim IN
        SELECT n.id, n.approved_on, n.training_class_id, n.pay_fen
          FROM new_rows n JOIN old_rows o ON o.id = n.id
         WHERE o.state = 'second_signature' AND n.state IN ('approved', 'recovering', 'settled') ORDER BY n.id
    LOOP
        IF EXISTS (
            SELECT 1 FROM public.claims_claimline l JOIN public.claims_objection j
                ON j.enrolment_id = l.enrolment_id AND j.state IN ('open', 'upheld')
             WHERE l.claim_id = _claim.id AND l.amount_fen > 0
        ) THEN
            RAISE EXCEPTION 'a line of claim % is held by an objection', _claim.id
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'claims_claim_line_objected';
        END IF;
        IF _claim.pay_fen > 0 AND public.claims_notice_days(_claim.training_class_id) > 0 THEN
            _ended := ARRAY(SELECT q.id FROM public.claims_publicnotice q
                             WHERE q.claim_id = _claim.id AND q.taken_down_on IS NULL
                               AND q.ends_on < _claim.approved_on);
            IF EXISTS (
                SELECT 1 FROM public.claims_claimline l
                 WHERE l.claim_id = _claim.id AND l.amount_fen > 0
                   AND (l.enrolment_id, l.calculation_id, l.amount_fen) NOT IN (
                       SELECT p.enrolment_id, p.calculation_id, p.amount_fen
                         FROM public.claims_noticeline p WHERE p.notice_id = ANY (_ended))
            ) THEN
                RAISE EXCEPTION 'the public notice of claim % has not ended', _claim.id
                    USING ERRCODE = 'restrict_violation', CONSTRAINT = 'claims_claim_notice_ended';
            END IF;
        END IF;
    END LOOP;
    RETURN NULL;
"""

_STAYS = """
    RAISE EXCEPTION 'what was published stays as it was published'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = '{table}_stays';
"""
# A notice is taken down once; a line is left out once. Nothing else of them changes.
_NOTICE_CHANGED = """
    IF OLD.taken_down_on IS NOT NULL OR NEW.taken_down_on IS NULL
       OR to_jsonb(NEW) - 'taken_down_on' - 'taken_down_why'
          IS DISTINCT FROM to_jsonb(OLD) - 'taken_down_on' - 'taken_down_why' THEN
        {refuse}
    END IF;
    RETURN NEW;
"""
_LINE_CHANGED = """
    IF EXISTS (
        SELECT 1 FROM new_rows n JOIN old_rows o ON o.id = n.id
         WHERE o.left_out_on IS NOT NULL OR n.left_out_on IS NULL
            OR to_jsonb(n) - 'left_out_on' IS DISTINCT FROM to_jsonb(o) - 'left_out_on'
    ) OR EXISTS (SELECT 1 FROM new_rows n LEFT JOIN old_rows o ON o.id = n.id WHERE o.id IS NULL) THEN
        {refuse}
    END IF;
    RETURN NULL;
"""
# The claim is held until the transaction ends: nobody signs while an objection comes in, or is taken up
# again. Afterwards the signature sees it.
_RAISED = """
    IF TG_OP = 'INSERT' THEN
        PERFORM 1 FROM public.claims_claim WHERE id = NEW.claim_id FOR SHARE;
        IF NOT EXISTS (
            SELECT 1 FROM public.claims_noticeline p
              JOIN public.claims_publicnotice q ON q.id = p.notice_id
              JOIN public.claims_claim c ON c.id = q.claim_id
             WHERE p.id = NEW.line_id AND p.enrolment_id = NEW.enrolment_id AND p.left_out_on IS NULL
               AND q.claim_id = NEW.claim_id AND q.enterprise_id = NEW.enterprise_id
               AND q.district_id = NEW.district_id AND q.taken_down_on IS NULL
               AND NEW.received_on BETWEEN q.published_on AND q.ends_on
               AND c.state IN ('district_review', 'second_signature')
        ) THEN
            RAISE EXCEPTION 'an objection is to a line that is published and not yet signed for'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'claims_objection_of_a_published_line';
        END IF;
    -- Sealed anew under another key, name and contact are other bytes.
    ELSIF to_jsonb(NEW) - 'state' - 'state_since' - 'deadline_on' - 'objector_name' - 'objector_contact'
          IS DISTINCT FROM
          to_jsonb(OLD) - 'state' - 'state_since' - 'deadline_on' - 'objector_name' - 'objector_contact' THEN
        RAISE EXCEPTION 'an objection stays as it was raised'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'claims_objection_stays';
    ELSIF NEW.state = 'open' AND OLD.state <> 'open' THEN
        PERFORM 1 FROM public.claims_claim
          WHERE id IN (SELECT claim_id FROM public.claims_claimline WHERE enrolment_id = NEW.enrolment_id)
          ORDER BY id FOR SHARE;
        IF EXISTS (
            SELECT 1 FROM public.claims_claimline l JOIN public.claims_claim c ON c.id = l.claim_id
             WHERE l.enrolment_id = NEW.enrolment_id AND l.amount_fen > 0
               AND c.state IN ('approved', 'payee_signature', 'released', 'paid', 'recovering', 'written_off',
                               'settled')
               AND (c.id = NEW.claim_id OR c.approved_on >= NEW.received_on)
        ) THEN
            RAISE EXCEPTION 'a claim was signed with the line of objection %', NEW.id
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'claims_objection_signed_over';
        END IF;
    END IF;
    RETURN NULL;
"""


def _kept(table: str, changed: Guard) -> list[Guard]:
    keep = Guard(
        name="keep_row",
        level=pgtrigger.Row,
        when=pgtrigger.Before,
        operation=pgtrigger.Delete,
        func=_STAYS.format(table=table),
    )
    return [changed, keep]


def notice_guards() -> list[Guard]:
    """What keeps a notice as it was published."""
    changed = Guard(
        name="notice_changed",
        level=pgtrigger.Row,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=_NOTICE_CHANGED.format(refuse=_STAYS.format(table="claims_publicnotice")),
    )
    return _kept("claims_publicnotice", changed)


def notice_line_guards() -> list[Guard]:
    """What keeps the published lines as they were published."""
    changed = Guard(
        name="line_published",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
        func=_LINE_CHANGED.format(refuse=_STAYS.format(table="claims_noticeline")),
    )
    return _kept("claims_noticeline", changed)


def objection_guard() -> Guard:
    """What keeps an objection to a line that is published, and as it was raised."""
    return Guard(
        name="objection_stands",
        level=pgtrigger.Row,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=_RAISED,
    )


def signature_guard() -> Guard:
    """What keeps a claim from being signed before its notice ended, or over an objection."""
    return Guard(
        name="notice_ended",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
        declare=[("_claim", "record"), ("_ended", "bigint[]")],
        func=_SIGNED,
    )

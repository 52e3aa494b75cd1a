"""Database guards of claims: lines stand still once the claim is handed in, and its sums are those lines.

Statement-level, so that a class of 10,000 moves at the speed of one statement. Tables are named with their
schema: a temporary table of the same name must not blind a guard.
"""

import pgtrigger

from apps.core.triggers import Guard, compared_as_a_set, never_changes

# The claims of the touched lines are held until the transaction ends, so that nobody hands one in meanwhile.
_HOLD = """
    PERFORM 1 FROM public.claims_claim
      WHERE id IN ({claims}) ORDER BY id FOR SHARE;
"""
_REFUSE = """
        RAISE EXCEPTION 'lines of a claim that was handed in stay as they are'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'claims_lines_stay';
    END IF;
    RETURN NULL;
"""
_STANDS = "public.claims_claim c ON c.id = {rows}.claim_id AND c.state NOT IN ('draft', 'returned')"

_ADDED = "    IF EXISTS (SELECT 1 FROM new_rows n JOIN {stands}) THEN"
# A line that an objection holds leaves the claim while the reviewer has it, so that the others can be signed;
# what it was stays in the public notice.
_REMOVED = """    IF EXISTS (
        SELECT 1 FROM old_rows o JOIN {stands}
         WHERE c.state <> 'district_review' OR o.voided_at IS NOT NULL OR o.amount_fen <= 0
            OR NOT EXISTS (SELECT 1 FROM public.claims_objection j
                            WHERE j.enrolment_id = o.enrolment_id AND j.state IN ('open', 'upheld'))
    ) THEN"""
# What may still happen to a line: its instalment is freed because the claim will not be paid. The claim
# itself then goes nowhere but to its end: see `sums_stand`.
_CHANGED = """    IF EXISTS (
        SELECT 1 FROM old_rows o JOIN {old_stands} LEFT JOIN new_rows n ON n.id = o.id
         WHERE n.id IS NULL OR c.state NOT IN ('district_review', 'approved', 'rejected', 'withdrawn')
            OR o.voided_at IS NOT NULL OR n.voided_at IS NULL
            OR to_jsonb(n) - 'voided_at' IS DISTINCT FROM to_jsonb(o) - 'voided_at'
    ) OR EXISTS (
        SELECT 1 FROM new_rows n JOIN {new_stands} LEFT JOIN old_rows o ON o.id = n.id
         WHERE o.claim_id IS DISTINCT FROM n.claim_id
    ) THEN"""
_OLD, _NEW = _STANDS.format(rows="o"), _STANDS.format(rows="n")
_ON_INSERT = _HOLD.format(claims="SELECT claim_id FROM new_rows") + _ADDED.format(stands=_NEW) + _REFUSE
_ON_DELETE = _HOLD.format(claims="SELECT claim_id FROM old_rows") + _REMOVED.format(stands=_OLD) + _REFUSE
_ON_UPDATE = (
    _HOLD.format(claims="SELECT claim_id FROM old_rows UNION SELECT claim_id FROM new_rows")
    + _CHANGED.format(old_stands=_OLD, new_stands=_NEW)
    + _REFUSE
)

# The payee is fixed by the second signature and by nothing else, and so is the budget year: that of its day.
# The account is another one only where its second signature is given anew, after the bank refused the first.
# A claim goes forward only with the sums of its live lines and with none freed; it ends unpaid only with
# every line freed; and what was handed in keeps its figures until it comes back, but for the lines that an
# objection holds: with them it becomes a new version, of fewer lines.
_SUMS = """
    IF EXISTS (
        SELECT 1 FROM new_rows n JOIN old_rows o ON o.id = n.id
         WHERE o.state NOT IN ('draft', 'returned')
           AND (n.kind, n.by_office, n.training_class_id, n.enterprise_id, n.district_id,
                n.policy_document_id,
                CASE WHEN o.state = 'second_signature'
                      AND n.state IN ('approved', 'recovering', 'settled')
                     THEN CASE n.year WHEN extract(year FROM n.approved_on) THEN o.year END
                     ELSE n.year END,
                CASE WHEN o.state = 'district_review' AND n.state = o.state AND n.line_count < o.line_count
                      AND n.version = o.version + 1 THEN ''
                     ELSE (n.line_count, n.pay_fen, n.recover_fen, n.net_fen, n.content_sha256,
                           n.version)::text END,
                CASE WHEN o.state IN ('second_signature', 'payee_signature')
                      AND n.state IN ('approved', 'recovering', 'settled')
                     THEN o.payee_fingerprint ELSE n.payee_fingerprint END,
                CASE WHEN o.state = 'payee_signature' AND n.state = 'approved'
                     THEN o.bank_account_id ELSE n.bank_account_id END)
               IS DISTINCT FROM
               (o.kind, o.by_office, o.training_class_id, o.enterprise_id, o.district_id,
                o.policy_document_id, o.year,
                CASE WHEN o.state = 'district_review' AND n.state = o.state AND n.line_count < o.line_count
                      AND n.version = o.version + 1 THEN ''
                     ELSE (o.line_count, o.pay_fen, o.recover_fen, o.net_fen, o.content_sha256,
                           o.version)::text END,
                o.payee_fingerprint, o.bank_account_id)
    ) THEN
        RAISE EXCEPTION 'a claim that was handed in keeps its figures'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'claims_claim_figures_stay';
    END IF;
    IF EXISTS (
        SELECT 1 FROM new_rows n JOIN old_rows o ON o.id = n.id
          CROSS JOIN LATERAL (
            SELECT count(*) AS count, count(l.voided_at) AS voided,
                   coalesce(sum(greatest(l.amount_fen, 0)), 0) AS pay_fen,
                   coalesce(sum(greatest(-l.amount_fen, 0)), 0) AS recover_fen
              FROM public.claims_claimline l WHERE l.claim_id = n.id
          ) AS lines
         WHERE (n.state <> o.state OR (n.state = 'district_review' AND n.version <> o.version))
           AND CASE WHEN n.state IN ('rejected', 'withdrawn') THEN lines.voided <> lines.count
                    WHEN n.state = 'returned' THEN lines.voided > 0
                    WHEN n.state IN ('district_review', 'second_signature')
                      OR o.state = 'second_signature' THEN
                         lines.voided > 0 OR lines.count = 0 OR lines.count <> n.line_count
                      OR lines.pay_fen <> n.pay_fen OR lines.recover_fen <> n.recover_fen
                      OR n.net_fen <> lines.pay_fen - lines.recover_fen
                    WHEN o.state = 'approved' THEN lines.voided > 0
                    ELSE false END
    ) THEN
        RAISE EXCEPTION 'the sums of a claim are those of its lines'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'claims_claim_sums';
    END IF;
    -- What was released once is recovered, not revoked.
    IF EXISTS (
        SELECT 1 FROM new_rows n JOIN old_rows o ON o.id = n.id
         WHERE o.state = 'approved' AND n.state = 'rejected'
           AND EXISTS (SELECT 1 FROM public.payouts_paymentorder p WHERE p.claim_id = n.id)
    ) THEN
        RAISE EXCEPTION 'a claim that was released is not revoked'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'claims_claim_released_once';
    END IF;
    RETURN NULL;
"""

# Cases, calculations and results are never removed and keep their key; so the set is compared, where four
# foreign keys would be looked up for each line.
_REFERS_TO = """
    LEFT JOIN public.claims_claim c ON c.id = n.claim_id
    LEFT JOIN public.apprentices_enrolment e ON e.id = n.enrolment_id
    LEFT JOIN public.claims_calculation k ON k.id = n.calculation_id
    LEFT JOIN public.training_assessment a ON a.id = n.assessment_id
"""
_REFERS_WRONGLY = """
    k.id IS NULL
    OR (c.kind, c.district_id, c.training_class_id)
       IS DISTINCT FROM (n.kind, n.district_id, e.training_class_id)
    OR (n.assessment_id IS NOT NULL AND a.enrolment_id IS DISTINCT FROM n.enrolment_id)
"""

_OLD_AND_NEW = pgtrigger.Referencing(old="old_rows", new="new_rows")


def _statement(
    name: str, operation: pgtrigger.Operation, referencing: pgtrigger.Referencing, func: str
) -> Guard:
    return Guard(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=referencing,
        func=func,
    )


def line_guards() -> list[Guard]:
    """What keeps a line that of its claim's class, and lines that were handed in as they are."""
    return [
        compared_as_a_set(
            "line_of_its_class",
            joins=_REFERS_TO,
            wrong=_REFERS_WRONGLY,
            message="a line of a claim is for one of its class, with a calculation and the own result",
            constraint="claims_line_of_its_class",
        ),
        never_changes(
            "line_keeps_its_subject",
            "claim",
            "enrolment",
            "district",
            "kind",
            "calculation",
            "assessment",
            message="a line of a claim is computed anew, not given to another",
            constraint="claims_line_keeps_its_subject",
        ),
        _statement("line_added", pgtrigger.Insert, pgtrigger.Referencing(new="new_rows"), _ON_INSERT),
        _statement("line_changed", pgtrigger.Update, _OLD_AND_NEW, _ON_UPDATE),
        _statement("line_removed", pgtrigger.Delete, pgtrigger.Referencing(old="old_rows"), _ON_DELETE),
    ]


def sum_guard() -> Guard:
    """What keeps a claim from going forward with other sums than those of its lines."""
    return _statement("sums_stand", pgtrigger.Update, _OLD_AND_NEW, _SUMS)

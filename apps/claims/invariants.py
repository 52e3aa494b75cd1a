"""What must always hold of claims: entitlements, instalments, amounts, people and the trace of each line.

The constraints and guards in the database refuse these; here is the second place, which detects.
"""

from django.utils.translation import gettext_lazy as _

from apps.core.invariants import register

ENTITLEMENTS = register(
    "I3a",
    _("The counters of every entitlement equal its signed claim lines"),
    """
    WITH signed AS (
        SELECT line.enrolment_id,
               sum(greatest(line.amount_fen, 0))
                   FILTER (WHERE claim.state IN ('approved', 'payee_signature', 'released')) AS committed_fen,
               sum(greatest(line.amount_fen, 0))
                   FILTER (WHERE claim.state IN ('paid', 'recovering', 'written_off', 'settled')) AS paid_fen,
               sum(greatest(-line.amount_fen, 0)) AS owed_fen,
               sum(greatest(-line.amount_fen, 0)) FILTER (WHERE claim.state IN ('paid', 'settled'))
                   AS back_min_fen,
               sum(greatest(-line.amount_fen, 0))
                   FILTER (WHERE claim.state IN ('paid', 'settled', 'recovering', 'written_off'))
                   AS back_max_fen,
               max(line.due_fen) AS due_fen, max(line.standard_fen) AS standard_fen
          FROM claims_claimline AS line JOIN claims_claim AS claim ON claim.id = line.claim_id
         WHERE claim.state IN
               ('approved', 'payee_signature', 'released', 'paid', 'recovering', 'written_off', 'settled')
           AND line.voided_at IS NULL
         GROUP BY line.enrolment_id
    )
    SELECT enrolment_id, kept.committed_fen, signed.committed_fen AS committed_by_lines_fen,
           kept.paid_fen, signed.paid_fen AS paid_by_lines_fen
      FROM claims_entitlement AS kept FULL JOIN signed USING (enrolment_id)
     WHERE kept.enrolment_id IS NULL
        OR kept.committed_fen <> coalesce(signed.committed_fen, 0)
        OR kept.paid_fen <> coalesce(signed.paid_fen, 0)
        OR kept.to_recover_fen + kept.recovered_fen <> coalesce(signed.owed_fen, 0)
        OR kept.recovered_fen NOT BETWEEN coalesce(signed.back_min_fen, 0)
                                      AND coalesce(signed.back_max_fen, 0)
        OR kept.due_fen IS DISTINCT FROM signed.due_fen
        OR (signed.enrolment_id IS NOT NULL AND kept.standard_fen <> signed.standard_fen)
    """,
    _("These counters differ from what was signed and paid. Stop paying and find out why."),
)

CAPS = register(
    "I3b",
    _("Nobody is promised or paid more than is due, and what is settled is due to the fen"),
    """
    SELECT kept.enrolment_id, kept.standard_fen, kept.due_fen, kept.committed_fen, kept.paid_fen,
           kept.recovered_fen
      FROM claims_entitlement AS kept
     WHERE kept.committed_fen + kept.paid_fen - kept.recovered_fen > kept.standard_fen
        OR (kept.due_fen IS NULL
            AND kept.committed_fen + kept.paid_fen - kept.recovered_fen > kept.advance_fen)
        OR (kept.due_fen IS NOT NULL
            AND kept.committed_fen > greatest(kept.due_fen - kept.paid_fen + kept.recovered_fen, 0))
        OR (kept.paid_fen - kept.recovered_fen <> kept.due_fen
            AND EXISTS (SELECT 1 FROM claims_claimline AS line
                          JOIN claims_claim AS claim ON claim.id = line.claim_id
                         WHERE line.enrolment_id = kept.enrolment_id AND line.kind = 'remainder'
                           AND line.voided_at IS NULL AND claim.state IN ('paid', 'settled')))
    """,
    _("These apprentices cost more, or less, than what is due. Stop paying for them and find out why."),
)

INSTALMENTS = register(
    "I4a",
    _("An instalment of an enrolment is claimed once"),
    """
    SELECT enrolment_id, kind, count(*) AS lines
      FROM claims_claimline WHERE voided_at IS NULL
     GROUP BY enrolment_id, kind HAVING count(*) > 1
    """,
    _("These instalments are claimed twice. Return one of the claims before anything is paid."),
)

AMOUNTS = register(
    "I5a",
    _("The amount of every line follows its calculation, and the calculation its stored answer"),
    """
    SELECT line.id AS line_id, line.claim_id, line.amount_fen, calculation.id AS calculation_id
      FROM claims_claimline AS line LEFT JOIN claims_calculation AS calculation
        ON calculation.id = line.calculation_id
     WHERE calculation.id IS NULL
        OR line.standard_fen <> calculation.standard_fen
        OR (line.kind = 'advance'
            AND (line.amount_fen <> calculation.advance_fen OR line.advance_fen <> calculation.advance_fen))
        OR (line.kind = 'remainder'
            AND (line.due_fen IS DISTINCT FROM calculation.due_fen
                 OR line.amount_fen <> calculation.due_fen - line.advance_fen))
        OR calculation.standard_fen <> (calculation.snapshot->'amounts'->>'standard_fen')::bigint
        OR calculation.advance_fen <> (calculation.snapshot->'amounts'->>'advance_fen')::bigint
        OR calculation.due_fen IS DISTINCT FROM (calculation.snapshot->'amounts'->>'due_fen')::bigint
        OR calculation.advance_fen > calculation.standard_fen
    """,
    _("These amounts are not what was calculated. Return the claims, or have the difference recovered."),
)

SUMS = register(
    "I5b",
    _("The sums of every claim that was handed in equal its lines"),
    """
    SELECT claim.id AS claim_id, claim.number, claim.line_count, claim.pay_fen, claim.recover_fen
      FROM claims_claim AS claim
      LEFT JOIN (SELECT claim_id, count(*) AS count, sum(greatest(amount_fen, 0)) AS pay_fen,
                        sum(greatest(-amount_fen, 0)) AS recover_fen
                   FROM claims_claimline WHERE voided_at IS NULL GROUP BY claim_id) AS lines
        ON lines.claim_id = claim.id
     WHERE claim.state NOT IN ('draft', 'returned', 'withdrawn', 'rejected')
       AND (claim.line_count <> coalesce(lines.count, 0) OR claim.pay_fen <> coalesce(lines.pay_fen, 0)
            OR claim.recover_fen <> coalesce(lines.recover_fen, 0)
            OR claim.net_fen <> claim.pay_fen - claim.recover_fen)
    UNION ALL
    SELECT claim.id, claim.number, count(*), NULL, NULL
      FROM claims_claim AS claim JOIN claims_claimline AS line ON line.claim_id = claim.id
     WHERE claim.state IN ('withdrawn', 'rejected') AND line.voided_at IS NULL
     GROUP BY claim.id
    """,
    _("These claims say other sums than their lines. Nothing of them may be paid before this is cleared up."),
)

PEOPLE = register(
    "I12c",
    _("Nobody holds two parts over a claim, its class and its plan"),
    """
    WITH chain AS (
        SELECT claim.id AS claim_id, 'claims.claim' AS subject_type, claim.id AS subject_id
          FROM claims_claim AS claim
         UNION ALL
        SELECT claim.id, 'apprentices.trainingclass', claim.training_class_id FROM claims_claim AS claim
         UNION ALL
        SELECT claim.id, 'plans.plan', class.plan_id
          FROM claims_claim AS claim JOIN apprentices_trainingclass AS class
            ON class.id = claim.training_class_id
    )
    SELECT chain.claim_id, seat.person_id, string_agg(DISTINCT seat.seat, ', ') AS parts
      FROM chain JOIN casework_seat AS seat USING (subject_type, subject_id)
     GROUP BY chain.claim_id, seat.person_id
    HAVING count(DISTINCT seat.seat) > 1
    """,
    _("One person acted in two parts. Have the later step examined and taken anew by somebody else."),
)

CHAIRS = register(
    "I12d",
    _("Every decision was taken by the person who holds that part of the case"),
    """
    SELECT decision.id AS decision_id, decision.subject_type, decision.subject_id, decision.action
      FROM casework_decision AS decision LEFT JOIN casework_seat AS seat ON seat.id = decision.seat_id
     WHERE seat.id IS NULL OR seat.person_id <> decision.person_id
        OR (seat.subject_type, seat.subject_id) <> (decision.subject_type, decision.subject_id)
    """,
    _("These decisions borrow the part of somebody else. Somebody with the rights of the owner was here."),
)

CONTENT = register(
    "I13c",
    _("What was decided on a claim is what its lines still say"),
    """
    WITH digests AS (
        SELECT line.claim_id,
               encode(sha256(convert_to(string_agg(
                   line.enrolment_id || ':' || calculation.digest || ':' || line.amount_fen, E'\\n'
                   ORDER BY line.enrolment_id), 'UTF8')), 'hex') AS digest
          FROM claims_claimline AS line
          JOIN claims_calculation AS calculation ON calculation.id = line.calculation_id
         GROUP BY line.claim_id
    )
    SELECT claim.id AS claim_id, claim.number, 'lines' AS differs
      FROM claims_claim AS claim LEFT JOIN digests ON digests.claim_id = claim.id
     WHERE claim.state NOT IN ('draft', 'returned')
       AND claim.content_sha256 IS DISTINCT FROM digests.digest
    UNION ALL
    SELECT claim.id, claim.number, decision.action
      FROM claims_claim AS claim JOIN casework_decision AS decision
        ON decision.subject_type = 'claims.claim' AND decision.subject_id = claim.id
       AND decision.content_version = claim.version
     WHERE decision.action NOT IN ('submit', 'withdraw', 'settle')
       AND decision.content_sha256 <> claim.content_sha256
       AND claim.state NOT IN ('draft', 'returned')
    """,
    _("These lines are not the ones that people decided on. Compare them with a backup."),
)

RULES = register(
    "I16a",
    _("Every calculation names the policy document with the content that it was made from"),
    """
    SELECT calculation.id AS calculation_id, calculation.document_sha256
      FROM claims_calculation AS calculation
      LEFT JOIN policy_policydocument AS document ON document.id = calculation.policy_document_id
     WHERE document.id IS NULL OR document.sha256 <> calculation.document_sha256
        OR calculation.snapshot->>'sha256' IS DISTINCT FROM calculation.document_sha256
    """,
    _("These calculations rest on a document whose content is another now. Load the original again."),
)

SIGNATURES = register(
    "I16b",
    _("Every claim whose money moves has the decisions of reviewer, second signer and releaser"),
    """
    SELECT claim.id AS claim_id, claim.number, claim.state, wanted.seat AS missing
      FROM claims_claim AS claim
      JOIN (VALUES ('reviewer', ARRAY['approve'],
                    ARRAY['approved', 'payee_signature', 'released', 'paid', 'recovering', 'written_off',
                          'settled']),
                   ('second_signer', ARRAY['sign', 'sign_recovery', 'sign_settled'],
                    ARRAY['approved', 'payee_signature', 'released', 'paid', 'recovering', 'written_off',
                          'settled']),
                   ('releaser', ARRAY['release'], ARRAY['released', 'paid']))
           AS wanted (seat, actions, states)
        ON claim.state = ANY (wanted.states)
     WHERE NOT EXISTS (
           SELECT 1 FROM casework_decision AS decision
             JOIN casework_seat AS seat ON seat.id = decision.seat_id
            WHERE decision.subject_type = 'claims.claim' AND decision.subject_id = claim.id
              AND decision.content_version = claim.version AND decision.action = ANY (wanted.actions)
              AND seat.seat = wanted.seat)
    """,
    _("Money of these claims moves without a signature. Stop it and have the step taken by its person."),
)

register(
    "I5g",
    _("Every claim line is for an apprentice of its claim's class, with a calculation and the own result"),
    """
    SELECT line.id AS line_id, line.claim_id, line.enrolment_id
      FROM claims_claimline AS line
      LEFT JOIN claims_claim AS claim ON claim.id = line.claim_id
      LEFT JOIN apprentices_enrolment AS enrolment ON enrolment.id = line.enrolment_id
      LEFT JOIN claims_calculation AS calculation ON calculation.id = line.calculation_id
      LEFT JOIN training_assessment AS result ON result.id = line.assessment_id
     WHERE calculation.id IS NULL
        OR (claim.kind, claim.district_id, claim.training_class_id)
           IS DISTINCT FROM (line.kind, line.district_id, enrolment.training_class_id)
        OR (line.assessment_id IS NOT NULL AND result.enrolment_id IS DISTINCT FROM line.enrolment_id)
    """,
    _("These lines refer to somebody or something that is not their claim's. Restore what is missing."),
)

YEARS = register(
    "I7d",
    _("The budget year of a signed claim is the year of its second signature"),
    """
    SELECT claim.id AS claim_id, claim.number, claim.year, claim.approved_on FROM claims_claim AS claim
     WHERE claim.approved_on IS NOT NULL AND claim.year <> extract(year FROM claim.approved_on)
    UNION ALL
    SELECT claim.id, claim.number, reserved.year, claim.approved_on
      FROM ledger_reservation AS reserved JOIN claims_claim AS claim ON reserved.key = 'claim:' || claim.id
     WHERE reserved.year IS DISTINCT FROM claim.year
    """,
    _("The money was promised out of another year than that of the signature. Have it corrected."),
)

register(
    "I16f",
    _("Nothing was promised to an enterprise while it might not apply"),
    # The day on which it was suspended is left out: what was signed that morning was signed before.
    """
    SELECT claim.id AS claim_id, claim.number, claim.approved_on, enterprise.standing_from
      FROM claims_claim AS claim
      JOIN enterprises_enterprise AS enterprise ON enterprise.organisation_id = claim.enterprise_id
     WHERE enterprise.standing <> 'good' AND claim.approved_on > enterprise.standing_from
       AND (enterprise.standing_until IS NULL OR claim.approved_on <= enterprise.standing_until)
       AND claim.net_fen > 0 AND claim.state IN ('approved', 'payee_signature', 'released', 'paid')
    """,
    _("These were signed though their enterprise may not apply. Stop the payment and revoke the approval."),
)

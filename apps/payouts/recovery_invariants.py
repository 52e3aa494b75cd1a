"""What must always hold of recoveries: what came back, was set off or written off, once and in the books."""

from django.utils.translation import gettext_lazy as _

from apps.core.invariants import register

RECOVERIES = register(
    "I5c",
    _("What came in, was set off and was written off adds up on every recovery, its parts and its claim"),
    """
    WITH counting AS (
        SELECT receipt.recovery_id, receipt.amount_fen, receipt.after_write_off_fen
          FROM payouts_recoveryreceipt AS receipt
         WHERE NOT EXISTS (SELECT 1 FROM payouts_undonereceipt AS undone WHERE undone.receipt_id = receipt.id)
    ), rows AS (
        SELECT recovery.id,
               (SELECT coalesce(sum(amount_fen), 0) FROM counting
                 WHERE recovery_id = recovery.id) AS received_fen,
               (SELECT coalesce(sum(amount_fen), 0) FROM payouts_recoveryoffset
                 WHERE recovery_id = recovery.id) AS offset_fen,
               (SELECT coalesce(sum(amount_fen), 0) FROM payouts_recoverywriteoff
                 WHERE recovery_id = recovery.id AND state = 'signed')
             - (SELECT coalesce(sum(after_write_off_fen), 0) FROM counting
                 WHERE recovery_id = recovery.id)
             - (SELECT coalesce(sum(after_write_off_fen), 0) FROM payouts_recoveryoffset
                 WHERE recovery_id = recovery.id) AS written_off_fen
          FROM payouts_recovery AS recovery
    ), parts AS (
        SELECT recovery_id, sum(amount_fen) AS amount_fen, sum(received_fen) AS received_fen,
               sum(offset_fen) AS offset_fen, sum(written_off_fen) AS written_off_fen
          FROM payouts_recoverypart GROUP BY recovery_id
    )
    SELECT recovery.id AS recovery_id, recovery.number, recovery.amount_fen, recovery.received_fen,
           recovery.offset_fen, recovery.written_off_fen, claim.state
      FROM payouts_recovery AS recovery
      JOIN claims_claim AS claim ON claim.id = recovery.claim_id
      JOIN rows ON rows.id = recovery.id
      LEFT JOIN parts ON parts.recovery_id = recovery.id
     WHERE recovery.amount_fen <> -claim.net_fen
        OR (recovery.received_fen, recovery.offset_fen, recovery.written_off_fen)
           <> (rows.received_fen, rows.offset_fen, rows.written_off_fen)
        OR (recovery.amount_fen, recovery.received_fen, recovery.offset_fen, recovery.written_off_fen)
           IS DISTINCT FROM
           (parts.amount_fen, parts.received_fen, parts.offset_fen, parts.written_off_fen)
        OR claim.state <> CASE recovery.state WHEN 'repaid' THEN 'settled'
                               WHEN 'written_off' THEN 'written_off' ELSE 'recovering' END
    UNION ALL
    SELECT NULL, claim.number, -claim.net_fen, NULL, NULL, NULL, claim.state
      FROM claims_claim AS claim
     WHERE (claim.state IN ('recovering', 'written_off')
            OR (claim.state = 'settled' AND claim.net_fen < 0))
       AND NOT EXISTS (SELECT 1 FROM payouts_recovery AS recovery WHERE recovery.claim_id = claim.id)
    """,
    _("These recoveries do not add up. Compare receipts, set-offs and write-offs with their papers."),
)

IN_THE_BOOKS = register(
    "I5d",
    _("What is owed and what was written off of every recovery stands in the books, by fund"),
    """
    SELECT coalesce(parts.recovery_id, legs.recovery_id) AS recovery_id,
           coalesce(parts.fund_id, legs.fund_id) AS fund, parts.open_fen, legs.owed_fen,
           parts.written_off_fen, legs.lost_fen
      FROM (SELECT recovery_id, fund_id,
                   sum(amount_fen - received_fen - offset_fen - written_off_fen) AS open_fen,
                   sum(written_off_fen) AS written_off_fen
              FROM payouts_recoverypart GROUP BY recovery_id, fund_id) AS parts
      FULL JOIN (SELECT subject_id AS recovery_id, fund_code AS fund_id,
                        coalesce(sum(debit_fen - credit_fen) FILTER (WHERE account_code = 'recoveries'), 0)
                            AS owed_fen,
                        coalesce(sum(debit_fen - credit_fen) FILTER (WHERE account_code = 'written_off'), 0)
                            AS lost_fen
                   FROM ledger_leg WHERE subject_type = 'payouts.recovery'
                  GROUP BY subject_id, fund_code) AS legs
        ON (legs.recovery_id, legs.fund_id) = (parts.recovery_id, parts.fund_id)
     WHERE (parts.open_fen, parts.written_off_fen) IS DISTINCT FROM (legs.owed_fen, legs.lost_fen)
    """,
    _("Notices and books differ. Find the receipt, set-off or write-off that one of them lacks."),
)

OFFSETS = register(
    "I5e",
    _("Every set-off withheld as much as it repaid, and stands in the books once"),
    """
    SELECT taken.id AS offset_id, taken.claim_id, taken.recovery_id, taken.amount_fen,
           parts.drawn_fen, parts.returned_fen, legs.fen AS ledger_fen
      FROM payouts_recoveryoffset AS taken
      JOIN claims_claim AS claim ON claim.id = taken.claim_id
      JOIN payouts_recovery AS recovery ON recovery.id = taken.recovery_id
      LEFT JOIN (SELECT offset_id, sum(drawn_fen) AS drawn_fen, sum(returned_fen) AS returned_fen
                   FROM payouts_recoveryoffsetpart GROUP BY offset_id) AS parts ON parts.offset_id = taken.id
      LEFT JOIN (SELECT subject_id AS offset_id, sum(debit_fen) AS fen FROM ledger_leg
                  WHERE subject_type = 'payouts.recoveryoffset' AND account_code = 'payables'
                  GROUP BY subject_id) AS legs ON legs.offset_id = taken.id
     WHERE (parts.drawn_fen, parts.returned_fen, legs.fen)
           IS DISTINCT FROM (taken.amount_fen, taken.amount_fen, taken.amount_fen)
        OR (claim.enterprise_id, claim.district_id) <> (recovery.enterprise_id, recovery.district_id)
        OR NOT EXISTS (SELECT 1 FROM payouts_paymentorder AS paid
                        WHERE paid.claim_id = taken.claim_id AND paid.attempt = taken.attempt)
    """,
    _("These set-offs do not add up. Stop releasing payments to the enterprise and find out why."),
)

RECOVERED = register(
    "I3c",
    _("What came back for a claim is counted on its apprentices"),
    """
    SELECT claim.id AS claim_id, claim.number,
           claim.pay_fen + recovery.received_fen + recovery.offset_fen AS back_fen,
           sum(kept.recovered_fen) AS counted_fen
      FROM claims_claim AS claim
      JOIN payouts_recovery AS recovery ON recovery.claim_id = claim.id
      JOIN claims_claimline AS line ON line.claim_id = claim.id AND line.amount_fen < 0
      JOIN claims_entitlement AS kept ON kept.enrolment_id = line.enrolment_id
     GROUP BY claim.id, recovery.id
    HAVING sum(kept.recovered_fen) <> claim.pay_fen + recovery.received_fen + recovery.offset_fen
    """,
    _("These apprentices count other money as returned than came in. Compare them with the receipts."),
)

SERIALS = register(
    "I5f",
    _("A serial number of the bank counts for one receipt, and every undone receipt left the books"),
    """
    SELECT receipt.bank_serial, min(receipt.id) AS receipt_id, count(*) AS receipts
      FROM payouts_recoveryreceipt AS receipt
     WHERE NOT EXISTS (SELECT 1 FROM payouts_undonereceipt AS undone WHERE undone.receipt_id = receipt.id)
     GROUP BY receipt.bank_serial HAVING count(*) > 1
    UNION ALL
    SELECT receipt.bank_serial, receipt.id, 0
      FROM payouts_undonereceipt AS undone
      JOIN payouts_recoveryreceipt AS receipt ON receipt.id = undone.receipt_id
      LEFT JOIN ledger_transaction AS booked ON booked.key = 'receipt:' || receipt.id
      LEFT JOIN ledger_transaction AS back ON back.reverses_id = booked.id
     WHERE back.key IS DISTINCT FROM undone.key OR back.on_date <> undone.undone_on
        OR EXISTS (SELECT 1 FROM ledger_transaction AS again WHERE again.reverses_id = back.id)
    """,
    _("These receipts count twice, or were undone on one side only. Compare them with the statement."),
)

WRITE_OFFS = register(
    "I12e",
    _("Every write-off has its document, its reason and two persons"),
    """
    SELECT off.id AS write_off_id, off.number, off.state
      FROM payouts_recoverywriteoff AS off
     WHERE off.state = 'signed'
       AND (off.signed_by_id IS NULL OR off.signed_by_id = off.requested_by_id
            OR NOT EXISTS (SELECT 1 FROM casework_casedocument AS paper
                            WHERE paper.subject_type = 'payouts.recoverywriteoff'
                              AND paper.subject_id = off.id)
            OR NOT EXISTS (SELECT 1 FROM casework_decision AS decision
                             JOIN casework_seat AS seat ON seat.id = decision.seat_id
                            WHERE decision.subject_type = 'payouts.recoverywriteoff'
                              AND decision.subject_id = off.id AND decision.action = 'sign'
                              AND seat.person_id = off.signed_by_id))
    """,
    _("These write-offs lack a signature or their paper. Have them examined by somebody else."),
)

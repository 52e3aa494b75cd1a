"""What must always hold of payments and recoveries: once, to the fen, and followed into the books."""

from django.utils.translation import gettext_lazy as _

from apps.core.invariants import register

ORDERS = register(
    "I4b",
    _("A claim has one live order, and its state is the order's"),
    """
    SELECT claim.id AS claim_id, claim.number, claim.state, count(live.id) AS live_orders
      FROM claims_claim AS claim
      LEFT JOIN payouts_paymentorder AS live
        ON live.claim_id = claim.id AND live.state IN ('released', 'paid')
     GROUP BY claim.id
    HAVING count(live.id) <> (claim.state IN ('released', 'paid'))::int
        OR bool_or(live.state <> claim.state)
    """,
    _("These claims have more or fewer payments than their state says. Ask the bank before anything else."),
)

PAID_ONCE = register(
    "I4c",
    _("Every claim line is live in one payment and with its own amount"),
    """
    SELECT line.id AS line_id, line.claim_id, line.amount_fen, sum(payment.amount_fen) AS live_fen,
           count(DISTINCT payment.order_id) AS orders
      FROM claims_claimline AS line
      JOIN claims_claim AS claim ON claim.id = line.claim_id AND claim.state IN ('released', 'paid')
      LEFT JOIN payouts_paymentline AS payment ON payment.claim_line_id = line.id AND payment.live
     WHERE line.amount_fen <> 0
     GROUP BY line.id
    HAVING sum(payment.amount_fen) IS DISTINCT FROM line.amount_fen OR count(DISTINCT payment.order_id) <> 1
    UNION ALL
    SELECT payment.claim_line_id, NULL, payment.amount_fen, NULL, payment.order_id
      FROM payouts_paymentline AS payment
      JOIN payouts_paymentorder AS paid ON paid.id = payment.order_id
      JOIN claims_claimline AS line ON line.id = payment.claim_line_id
     WHERE payment.live <> (paid.state NOT IN ('failed', 'returned')) OR line.claim_id <> paid.claim_id
    """,
    _("These lines are paid twice, not at all, or with another amount. Stop the orders and ask the bank."),
)

ORDER_SUMS = register(
    "I6b",
    _("The parts and the lines of every order add up to its amount, and that is the claim's"),
    """
    SELECT paid.id AS order_id, paid.number, paid.amount_fen, parts.fen AS parts_fen, lines.fen AS lines_fen
      FROM payouts_paymentorder AS paid
      JOIN claims_claim AS claim ON claim.id = paid.claim_id
      LEFT JOIN (SELECT order_id, sum(amount_fen) AS fen FROM payouts_paymentpart GROUP BY order_id) AS parts
        ON parts.order_id = paid.id
      LEFT JOIN (SELECT order_id, sum(amount_fen) AS fen FROM payouts_paymentline GROUP BY order_id) AS lines
        ON lines.order_id = paid.id
     WHERE parts.fen IS DISTINCT FROM paid.amount_fen OR lines.fen IS DISTINCT FROM paid.amount_fen
        OR paid.amount_fen <> claim.net_fen OR paid.district_id <> claim.district_id
    UNION ALL
    SELECT part.order_id, part.fund_id, part.amount_fen, NULL, sum(line.amount_fen)
      FROM payouts_paymentpart AS part
      LEFT JOIN payouts_paymentline AS line ON line.order_id = part.order_id AND line.fund_id = part.fund_id
     GROUP BY part.id
    HAVING sum(line.amount_fen) IS DISTINCT FROM part.amount_fen
    """,
    _("These orders do not add up. Do not send them to the bank; where they were sent, ask what was paid."),
)

CASH = register(
    "I6c",
    _("What the bank paid for an order is what the ledger says left each fund"),
    """
    SELECT coalesce(part.order_id, legs.order_id) AS order_id, coalesce(part.fund_id, legs.fund_code) AS fund,
           part.amount_fen, legs.fen AS ledger_fen
      FROM (SELECT part.order_id, part.fund_id, part.amount_fen
              FROM payouts_paymentpart AS part JOIN payouts_paymentorder AS paid ON paid.id = part.order_id
             WHERE paid.state = 'paid') AS part
      FULL JOIN (SELECT subject_id AS order_id, fund_code, sum(credit_fen - debit_fen) AS fen
                   FROM ledger_leg
                  WHERE subject_type = 'payouts.paymentorder' AND account_code = 'cash'
                  GROUP BY subject_id, fund_code
                 -- What was paid and came back leaves nothing.
                 HAVING sum(credit_fen - debit_fen) <> 0) AS legs
        ON legs.order_id = part.order_id AND legs.fund_code = part.fund_id
     WHERE part.amount_fen IS DISTINCT FROM legs.fen
    """,
    _("Bank and books differ for these orders. Compare them with the statement, then post or reverse."),
)

RECOVERIES = register(
    "I5c",
    _("Receipts and parts add up to every recovery, and that is what its claim comes to"),
    """
    SELECT recovery.id AS recovery_id, recovery.number, recovery.amount_fen, recovery.received_fen,
           receipts.fen AS receipts_fen, parts.fen AS parts_fen, parts.received_fen AS parts_received_fen
      FROM payouts_recovery AS recovery
      JOIN claims_claim AS claim ON claim.id = recovery.claim_id
      LEFT JOIN (SELECT recovery_id, sum(amount_fen) AS fen FROM payouts_recoveryreceipt
                  GROUP BY recovery_id) AS receipts ON receipts.recovery_id = recovery.id
      LEFT JOIN (SELECT recovery_id, sum(amount_fen) AS fen, sum(received_fen) AS received_fen
                   FROM payouts_recoverypart GROUP BY recovery_id) AS parts ON parts.recovery_id = recovery.id
     WHERE recovery.amount_fen <> -claim.net_fen
        OR parts.fen IS DISTINCT FROM recovery.amount_fen
        OR parts.received_fen IS DISTINCT FROM recovery.received_fen
        OR coalesce(receipts.fen, 0) <> recovery.received_fen
        OR (recovery.received_fen = recovery.amount_fen) <> (claim.state = 'settled')
        OR claim.state NOT IN ('recovering', 'settled')
    UNION ALL
    SELECT NULL, claim.number, -claim.net_fen, NULL, NULL, NULL, NULL
      FROM claims_claim AS claim
     WHERE (claim.state = 'recovering' OR (claim.state = 'settled' AND claim.net_fen < 0))
       AND NOT EXISTS (SELECT 1 FROM payouts_recovery AS recovery WHERE recovery.claim_id = claim.id)
    """,
    _("These recoveries do not add up. Compare the receipts with the bank's statement."),
)

RECOVERED = register(
    "I3c",
    _("What came back for a claim is counted on its apprentices"),
    """
    SELECT claim.id AS claim_id, claim.number, claim.pay_fen + recovery.received_fen AS back_fen,
           sum(kept.recovered_fen) AS counted_fen
      FROM claims_claim AS claim
      JOIN payouts_recovery AS recovery ON recovery.claim_id = claim.id
      JOIN claims_claimline AS line ON line.claim_id = claim.id AND line.amount_fen < 0
      JOIN claims_entitlement AS kept ON kept.enrolment_id = line.enrolment_id
     GROUP BY claim.id, recovery.id
    HAVING sum(kept.recovered_fen) <> claim.pay_fen + recovery.received_fen
    """,
    _("These apprentices count other money as returned than came in. Compare them with the receipts."),
)

LEGS = register(
    "I16c",
    _("Every line whose money moves stands in the ledger with its amount"),
    """
    SELECT line.id AS line_id, line.claim_id, line.amount_fen,
           sum(leg.credit_fen - leg.debit_fen) AS ledger_fen
      FROM claims_claimline AS line
      JOIN claims_claim AS claim ON claim.id = line.claim_id
       AND claim.state IN ('released', 'paid', 'recovering', 'settled')
      LEFT JOIN ledger_leg AS leg
        ON leg.subject_type = 'claims.claimline' AND leg.subject_id = line.id
       AND leg.account_code = 'payables'
     GROUP BY line.id
    HAVING coalesce(sum(leg.credit_fen - leg.debit_fen), 0) <> line.amount_fen
    """,
    _("These lines are missing in the books or stand there with another amount. Find out who posted what."),
)

BUDGET_REQUESTS = register(
    "I7c",
    _("Every signed request for a budget changed it once, by its amount; no other one did"),
    """
    WITH moved AS (
        SELECT split_part(key, ':', 2)::bigint AS id, count(*) AS movements,
               sum(CASE WHEN key LIKE '%:out' THEN -amount_fen ELSE amount_fen END) AS fen
          FROM ledger_budgetmovement
         WHERE key ~ '^budget-request:[0-9]+(:out|:in)?$'
         GROUP BY 1
    )
    SELECT coalesce(request.id, moved.id) AS request_id
      FROM payouts_budgetrequest AS request FULL JOIN moved ON moved.id = request.id
     WHERE (request.state IS NOT DISTINCT FROM 'signed') <> (moved.id IS NOT NULL)
        OR (request.state = 'signed'
            AND (moved.movements, moved.fen)
                <> (CASE WHEN request.kind = 'move' THEN 2 ELSE 1 END,
                    request.amount_fen * CASE WHEN request.kind = 'move' THEN 2 ELSE 1 END))
    """,
    _("These requests and the budgets differ. Stop approving in these budgets and find out why."),
)

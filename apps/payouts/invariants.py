"""What must always hold of payments: once, to the fen, and followed into the books.

Of recoveries: recovery_invariants.py.
"""

from django.utils.translation import gettext_lazy as _

from apps.core.invariants import register

ORDERS = register(
    "I4b",
    _("A claim has one live order, and its state is the order's"),
    """
    SELECT claim.id AS claim_id, claim.number, claim.state, count(live.id) AS live_orders
      FROM claims_claim AS claim
      LEFT JOIN payouts_paymentorder AS live
        ON live.claim_id = claim.id AND live.state IN ('released', 'paid', 'set_off')
     GROUP BY claim.id
    HAVING count(live.id) <> (claim.state IN ('released', 'paid')
                              OR (claim.state = 'settled' AND claim.net_fen > 0))::int
        OR bool_or(live.state <> CASE claim.state WHEN 'settled' THEN 'set_off' ELSE claim.state END)
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
      JOIN claims_claim AS claim ON claim.id = line.claim_id
       AND (claim.state IN ('released', 'paid') OR (claim.state = 'settled' AND claim.net_fen > 0))
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
    _("What every order pays and what was set off make up its lines, by fund, and its claim"),
    """
    SELECT paid.id AS order_id, paid.number, paid.amount_fen, paid.offset_fen, parts.fen AS parts_fen,
           lines.fen AS lines_fen
      FROM payouts_paymentorder AS paid
      JOIN claims_claim AS claim ON claim.id = paid.claim_id
      LEFT JOIN (SELECT order_id, sum(amount_fen) AS fen FROM payouts_paymentpart GROUP BY order_id) AS parts
        ON parts.order_id = paid.id
      LEFT JOIN (SELECT order_id, sum(amount_fen) AS fen FROM payouts_paymentline GROUP BY order_id) AS lines
        ON lines.order_id = paid.id
     WHERE coalesce(parts.fen, 0) <> paid.amount_fen
        OR lines.fen IS DISTINCT FROM paid.amount_fen + paid.offset_fen
        OR paid.amount_fen + paid.offset_fen <> claim.net_fen OR paid.district_id <> claim.district_id
        OR paid.offset_fen <> (SELECT coalesce(sum(amount_fen), 0) FROM payouts_recoveryoffset AS taken
                                WHERE taken.claim_id = paid.claim_id AND taken.attempt <= paid.attempt)
    UNION ALL
    SELECT shown.order_id, shown.fund_id, NULL, NULL, sum(shown.fen), NULL
      FROM (SELECT order_id, fund_id, -amount_fen AS fen FROM payouts_paymentpart
            UNION ALL
            SELECT order_id, fund_id, amount_fen FROM payouts_paymentline
            UNION ALL
            SELECT paid.id, part.fund_id, -part.drawn_fen
              FROM payouts_recoveryoffsetpart AS part
              JOIN payouts_recoveryoffset AS taken ON taken.id = part.offset_id
              JOIN payouts_paymentorder AS paid
                ON paid.claim_id = taken.claim_id AND paid.attempt >= taken.attempt) AS shown
      JOIN payouts_paymentorder AS paid ON paid.id = shown.order_id AND paid.state <> 'set_off'
     GROUP BY shown.order_id, shown.fund_id
    HAVING sum(shown.fen) <> 0
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

LEGS = register(
    "I16c",
    _("Every line whose money moves stands in the ledger with its amount"),
    """
    SELECT line.id AS line_id, line.claim_id, line.amount_fen,
           sum(leg.credit_fen - leg.debit_fen) AS ledger_fen
      FROM claims_claimline AS line
      JOIN claims_claim AS claim ON claim.id = line.claim_id
       AND claim.state IN ('released', 'paid', 'recovering', 'written_off', 'settled')
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

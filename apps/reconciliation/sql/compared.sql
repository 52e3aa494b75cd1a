-- The sums of all sides by batch, fund, district and day of payment. What differs in a payment as a whole (another
-- amount in the result, the statement, the claim) counts with its first fund. What was recorded by hand before the
-- first statement lies in its opening balance, and counts as seen.
INSERT INTO public.reconciliation_compared
       (run_id, district_id, fund_id, batch_id, day, receipts, claims_fen, orders_fen, results_fen, statement_fen,
        ledger_fen)
SELECT %(run)s, district, fund, batch_id, day, false, sum(claims), sum(orders), sum(results), sum(statement),
       sum(ledger)
  FROM (SELECT pay.district, split.fund, pay.batch_id, coalesce(pay.paid_on, pay.booked_day) AS day,
               CASE WHEN claim.state = 'paid' AND pay.state IS DISTINCT FROM 'returned'
                    THEN split.part_fen
                         + CASE WHEN first THEN claim.net_fen - pay.offset_fen - pay.amount_fen ELSE 0 END
                    ELSE 0 END AS claims,
               CASE WHEN pay.state = 'paid' THEN split.part_fen ELSE 0 END AS orders,
               CASE WHEN pay.entry_id IS NULL AND pay.state = 'paid' THEN split.part_fen
                    WHEN pay.outcome = 'paid' AND pay.state IS DISTINCT FROM 'returned'
                    THEN split.part_fen + CASE WHEN first THEN pay.answer_fen - pay.amount_fen ELSE 0 END
                    ELSE 0 END AS results,
               CASE WHEN pay.line_id IS NOT NULL AND (pay.state IS DISTINCT FROM 'returned' OR NOT pay.came_back)
                    THEN split.part_fen + CASE WHEN first THEN -pay.line_fen - pay.amount_fen ELSE 0 END
                    WHEN pay.state = 'paid' AND pay.entry_id IS NULL AND pay.line_id IS NULL
                         AND coalesce(pay.paid_on < since.from_day, true)
                    THEN split.part_fen
                    ELSE 0 END AS statement,
               split.cash_fen AS ledger
          FROM (SELECT split.*, row_number() OVER (PARTITION BY order_id ORDER BY fund) = 1 AS first
                  FROM recon_split AS split) AS split
          JOIN recon_pay AS pay ON pay.order_id = split.order_id
          LEFT JOIN recon_since AS since ON since.district = pay.district
          LEFT JOIN public.claims_claim AS claim ON claim.id = pay.claim_id
         WHERE pay.state = 'paid' OR pay.outcome = 'paid' OR pay.booked_fen <> 0 OR pay.line_id IS NOT NULL
       ) AS sides
 GROUP BY district, fund, batch_id, day
HAVING (sum(claims), sum(orders), sum(results), sum(statement), sum(ledger)) <> (0, 0, 0, 0, 0);

INSERT INTO public.reconciliation_compared
       (run_id, district_id, fund_id, batch_id, day, receipts, claims_fen, orders_fen, results_fen, statement_fen,
        ledger_fen)
SELECT %(run)s, district, fund, NULL, received_on, true, sum(amount_fen), sum(amount_fen), sum(amount_fen),
       sum(coalesce(line_fen, CASE WHEN received_on >= since.from_day THEN 0 ELSE amount_fen END)), sum(booked_fen)
  FROM recon_receipt LEFT JOIN recon_since AS since USING (district)
 GROUP BY district, fund, received_on;

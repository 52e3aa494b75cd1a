-- Orders against batches, results, statements and books. A row on which all sides agree is passed over at once.
INSERT INTO recon_found
SELECT seen.kind || ':' || pay.order_id, seen.kind, pay.district, NULL, pay.batch_id, seen.day, seen.ours_fen,
       seen.theirs_fen, pay.claim_id, CASE WHEN pay.number IS NOT NULL THEN pay.order_id END, NULL,
       pay.line_id, NULL, pay.transaction_id, NULL, seen.rule
  FROM (SELECT *, NOT EXISTS (SELECT FROM recon_open AS other
                               WHERE other.order_id = pay.order_id AND other.order_state = 'paid'
                                 AND other.amount_fen < 0 AND -other.amount_fen <> other.order_fen) AS unnamed
          FROM recon_pay AS pay
         WHERE NOT coalesce(
               CASE WHEN pay.state = 'paid'
                    THEN -pay.line_fen = pay.amount_fen AND pay.booked_fen = pay.amount_fen
                         AND pay.booked_on - pay.paid_on BETWEEN -%(late_days)s AND %(late_days)s
                         AND (pay.entry_id IS NULL
                              OR (pay.entry_fen = pay.amount_fen AND pay.answer_fen = pay.amount_fen
                                  AND pay.outcome = 'paid'))
                    ELSE coalesce(pay.booked_fen, 0) = 0
                         AND (pay.line_id IS NULL OR pay.came_back)
                         AND (pay.entry_id IS NULL
                              OR (pay.entry_fen = pay.amount_fen
                                  AND coalesce(pay.answer_fen, pay.amount_fen) = pay.amount_fen
                                  AND (coalesce(pay.outcome, '') = 'paid') = (pay.state = 'returned')))
               END, false)) AS pay
  LEFT JOIN recon_since AS since ON since.district = pay.district
 CROSS JOIN LATERAL (VALUES
       ('result_unseen',
        pay.state = 'paid' AND pay.entry_id IS NOT NULL AND pay.line_id IS NULL AND pay.unnamed,
        -pay.amount_fen, 0::bigint, pay.paid_on,
        CASE WHEN pay.paid_on > %(timing_past)s THEN 'timing' ELSE '' END),
       ('order_unseen',
        pay.state = 'paid' AND pay.entry_id IS NULL AND pay.line_id IS NULL AND pay.unnamed
        AND pay.paid_on >= since.from_day,
        -pay.amount_fen, 0, pay.paid_on,
        CASE WHEN pay.paid_on > %(timing_past)s THEN 'timing' ELSE '' END),
       ('made_after_all', pay.state = 'returned' AND pay.line_id IS NOT NULL AND NOT pay.came_back,
        0, pay.line_fen, pay.booked_on, ''),
       ('match_amount', pay.state = 'paid' AND -pay.line_fen <> pay.amount_fen,
        -pay.amount_fen, pay.line_fen, pay.booked_on, ''),
       ('day_differs',
        pay.state = 'paid' AND -pay.line_fen = pay.amount_fen
        AND pay.booked_on - pay.paid_on NOT BETWEEN -%(late_days)s AND %(late_days)s,
        -pay.amount_fen, pay.line_fen, pay.paid_on, ''),
       ('result_amount',
        pay.entry_fen <> pay.amount_fen OR pay.answer_fen <> pay.entry_fen,
        -pay.amount_fen,
        -CASE WHEN pay.answer_fen <> pay.amount_fen THEN pay.answer_fen ELSE pay.entry_fen END,
        coalesce(pay.paid_on, pay.booked_day, %(on)s), ''),
       ('result_state',
        pay.entry_id IS NOT NULL
        AND (coalesce(pay.outcome, '') = 'paid') <> (pay.state IN ('paid', 'returned')),
        CASE WHEN pay.state IN ('paid', 'returned') THEN -pay.amount_fen ELSE 0 END,
        CASE WHEN pay.outcome = 'paid' THEN -pay.answer_fen ELSE 0 END,
        coalesce(pay.paid_on, pay.booked_day, %(on)s), ''),
       ('ledger_missing', pay.state = 'paid' AND coalesce(pay.booked_fen, 0) = 0,
        -pay.amount_fen, 0, pay.paid_on, ''),
       ('ledger_amount', pay.state = 'paid' AND pay.booked_fen NOT IN (0, pay.amount_fen),
        -pay.amount_fen, -pay.booked_fen, pay.paid_on, ''),
       ('ledger_unfounded', pay.state IS DISTINCT FROM 'paid' AND pay.booked_fen <> 0,
        0, -pay.booked_fen, pay.booked_day, '')
       ) AS seen(kind, holds, ours_fen, theirs_fen, day, rule)
 WHERE seen.holds;

INSERT INTO recon_found
SELECT 'fund_split:' || pay.order_id || ':' || split.fund, 'fund_split', pay.district, split.fund, pay.batch_id,
       pay.paid_on, -split.part_fen, -split.cash_fen, pay.claim_id, pay.order_id, NULL, NULL, NULL,
       pay.transaction_id, NULL, ''
  FROM recon_split AS split JOIN recon_pay AS pay ON pay.order_id = split.order_id
 WHERE split.part_fen <> split.cash_fen AND pay.state = 'paid' AND pay.booked_fen = pay.amount_fen;

INSERT INTO recon_found
SELECT 'claim_paid:' || claim.id, 'claim_paid', claim.district_id, NULL, NULL,
       coalesce(paid.day, (claim.state_since AT TIME ZONE 'Asia/Shanghai')::date),
       CASE WHEN claim.state = 'paid' THEN -claim.net_fen ELSE 0 END, -coalesce(paid.fen, 0),
       claim.id, paid.order_id, NULL, NULL, NULL, NULL, NULL, ''
  FROM public.claims_claim AS claim
  LEFT JOIN (SELECT claim_id, sum(amount_fen + offset_fen)::bigint AS fen, min(paid_on) AS day, max(id) AS order_id
               FROM public.payouts_paymentorder WHERE state = 'paid' GROUP BY claim_id) AS paid
    ON paid.claim_id = claim.id
 WHERE CASE WHEN claim.state = 'paid' THEN claim.net_fen ELSE 0 END <> coalesce(paid.fen, 0);

INSERT INTO recon_found
SELECT 'batch_total:' || batch.id, 'batch_total', batch.district_id, NULL, batch.id, batch.pay_on,
       -coalesce(entries.fen, 0), -batch.total_fen, NULL, NULL, NULL, NULL, batch.paying_account_id, NULL, NULL, ''
  FROM public.banking_paymentbatch AS batch
  LEFT JOIN (SELECT batch_id, sum(amount_fen)::bigint AS fen, count(*) AS count
               FROM public.banking_batchentry WHERE live GROUP BY batch_id) AS entries
    ON entries.batch_id = batch.id
 WHERE batch.state <> 'cancelled'
   AND (batch.total_fen, batch.count) IS DISTINCT FROM (coalesce(entries.fen, 0), coalesce(entries.count, 0));

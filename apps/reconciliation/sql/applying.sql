-- What was found becomes the differences: known again by its key, or new. What was not found again is gone.
INSERT INTO public.reconciliation_break AS known
       (key, kind, state, district_id, fund_id, batch_id, day, ours_fen, theirs_fen, amount_fen, claim_id, order_id,
        receipt_id, line_id, paying_account_id, transaction_id, item_id, owner_role, rule, first_seen, last_seen,
        first_run_id, last_run_id)
SELECT found.key, found.kind, CASE WHEN found.rule = '' THEN 'open' ELSE 'explained' END, found.district, found.fund,
       found.batch_id, found.day, found.ours_fen, found.theirs_fen, found.theirs_fen - found.ours_fen,
       found.claim_id, found.order_id, found.receipt_id, found.line_id, found.account_id, found.transaction_id,
       found.item_id, CASE WHEN found.kind = ANY(%(supervised)s::text[]) THEN 'district_supervisor'
                           ELSE 'finance_officer' END,
       found.rule, %(on)s, %(on)s, %(run)s, %(run)s
  FROM recon_found AS found
 ORDER BY found.key
    ON CONFLICT (key) DO UPDATE
   SET state = excluded.state, rule = excluded.rule, district_id = excluded.district_id,
       fund_id = excluded.fund_id, batch_id = excluded.batch_id, day = excluded.day,
       ours_fen = excluded.ours_fen, theirs_fen = excluded.theirs_fen, amount_fen = excluded.amount_fen,
       claim_id = excluded.claim_id, order_id = excluded.order_id, receipt_id = excluded.receipt_id,
       line_id = excluded.line_id, paying_account_id = excluded.paying_account_id,
       transaction_id = excluded.transaction_id, item_id = excluded.item_id,
       last_seen = excluded.last_seen, last_run_id = excluded.last_run_id, closed_on = NULL;

UPDATE public.reconciliation_break
   SET state = 'gone', closed_on = %(on)s
 WHERE state IN ('open', 'explained') AND last_run_id <> %(run)s;

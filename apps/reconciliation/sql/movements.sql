-- Movements that nothing explains, receipts, other postings of cash, suspense.
INSERT INTO recon_found
SELECT seen.kind || ':' || line.id, seen.kind, line.district, line.fund, NULL, line.booked_on,
       CASE WHEN seen.kind = 'line_amount' THEN -line.order_fen ELSE 0 END, line.amount_fen, NULL,
       line.order_id, NULL, line.id, line.account_id, NULL, NULL,
       CASE WHEN seen.kind = 'line_out' AND line.order_state = 'released' AND -line.amount_fen = line.order_fen
             AND line.booked_on > %(result_past)s THEN 'result_awaited' ELSE '' END
  FROM recon_open AS line
  LEFT JOIN unnest(%(profiles)s::text[], %(charges)s::text[], %(interests)s::text[])
            AS words(profile_key, charge, interest) ON words.profile_key = line.profile_key
 CROSS JOIN LATERAL (SELECT CASE
            WHEN line.amount_fen < 0 AND line.order_state = 'paid' AND -line.amount_fen <> line.order_fen
            THEN 'line_amount'
            WHEN line.amount_fen < 0 AND line.order_id IS NULL AND line.reference ~ words.charge
             AND (line.counterparty_name = '' OR line.counterparty_name ~ %(bank_words)s) THEN 'charge'
            WHEN line.amount_fen > 0 AND line.order_id IS NULL AND line.reference ~ words.interest
             AND (line.counterparty_name = '' OR line.counterparty_name ~ %(bank_words)s) THEN 'interest'
            WHEN line.amount_fen < 0 THEN 'line_out' ELSE 'line_in' END AS kind) AS seen;

INSERT INTO recon_found
SELECT seen.kind || ':' || receipt.id, seen.kind, receipt.district, receipt.fund, NULL, receipt.received_on,
       receipt.amount_fen, seen.theirs_fen, NULL, NULL, receipt.id, receipt.line_id, receipt.account_id,
       receipt.transaction_id, NULL, seen.rule
  FROM recon_receipt AS receipt
  LEFT JOIN recon_since AS since ON since.district = receipt.district
 CROSS JOIN LATERAL (VALUES
       ('receipt_unseen', receipt.line_id IS NULL AND receipt.received_on >= since.from_day, 0::bigint,
        CASE WHEN receipt.received_on > %(timing_past)s THEN 'timing' ELSE '' END),
       ('match_amount:r', receipt.line_fen <> receipt.amount_fen, receipt.line_fen, ''),
       ('receipt_ledger', receipt.booked_fen <> receipt.amount_fen, receipt.booked_fen, '')
       ) AS seen(kind, holds, theirs_fen, rule)
 WHERE seen.holds;
UPDATE recon_found SET kind = 'match_amount' WHERE kind = 'match_amount:r';

-- Only from the first statement of the account on: what was posted before lies in its opening balance.
INSERT INTO recon_found
SELECT 'posting_unseen:' || posting.transaction_id, 'posting_unseen', posting.district, posting.fund, NULL,
       posting.day, posting.fen, 0, NULL, NULL, NULL, NULL, spot.account_id, posting.transaction_id, NULL,
       CASE WHEN posting.day > %(timing_past)s THEN 'timing' ELSE '' END
  FROM recon_posting AS posting
  JOIN recon_spot AS spot ON spot.district = posting.district AND spot.fund = posting.fund
   AND posting.day >= spot.since AND posting.day < spot.until
  JOIN recon_span AS span ON spot.account_id = ANY(span.ids)
 WHERE posting.line_id IS NULL AND posting.opens_account_id IS NULL AND posting.day >= span.from_day
   AND NOT EXISTS (SELECT FROM recon_cancelled AS gone WHERE gone.transaction_id = posting.transaction_id);

INSERT INTO recon_found
SELECT 'match_amount:p' || posting.transaction_id, 'match_amount', posting.district, posting.fund, NULL,
       posting.day, posting.fen, posting.line_fen, NULL, NULL, NULL, posting.line_id, posting.account_id,
       posting.transaction_id, NULL, ''
  FROM recon_posting AS posting
 WHERE posting.line_fen <> posting.fen;

INSERT INTO recon_found
SELECT 'suspense:' || item.id, 'suspense', item.district_id, item.fund_id, NULL, item.signed_on, 0,
       line.amount_fen, NULL, NULL, NULL, line.id, line.paying_account_id, item.posted_id, item.id,
       CASE WHEN item.signed_on > %(suspense_past)s THEN 'suspense' ELSE '' END
  FROM public.reconciliation_correction AS item
  JOIN public.banking_statementline AS line ON line.id = item.line_id
 WHERE item.kind = 'suspense' AND item.state = 'signed' AND item.cleared_by_id IS NULL;

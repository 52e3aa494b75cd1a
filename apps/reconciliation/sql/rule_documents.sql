-- Money for a budget, or out of it, that names the document under which it was posted. Where several are alike,
-- the first movement is the first posting. A part of a movement has the words of a person, not of the bank: no rule
-- reads them.
INSERT INTO public.banking_statementmatch (line_id, kind, transaction_id, rule, matched_at)
SELECT line_id, 'posting', transaction_id, 'document_named', now()
  FROM (SELECT line.id AS line_id, head.id AS transaction_id,
               dense_rank() OVER (PARTITION BY head.memo, moved.fen, moved.district ORDER BY line.id) AS nth_line,
               dense_rank() OVER (PARTITION BY head.memo, moved.fen, moved.district ORDER BY head.id) AS nth_head
          FROM public.banking_statementline AS line
          JOIN public.banking_payingaccount AS account ON account.id = line.paying_account_id
          JOIN public.ledger_transaction AS head
            ON head.kind IN ('appropriation', 'budget_cut', 'budget_move') AND head.reverses_id IS NULL
           AND length(head.memo) >= 6 AND strpos(line.reference, head.memo) > 0
          JOIN LATERAL (SELECT sum(leg.debit_fen - leg.credit_fen) AS fen, min(leg.district_code) AS district
                          FROM public.ledger_leg AS leg
                         WHERE leg.transaction_id = head.id AND leg.account_code = 'cash') AS moved
            ON moved.fen = line.amount_fen AND moved.district = account.district_id
         WHERE NOT EXISTS (SELECT FROM public.banking_statementmatch AS m WHERE m.line_id = line.id)
           AND line.division_id IS NULL
           AND NOT EXISTS (SELECT FROM public.banking_undonematch AS u
                            WHERE u.line_id = line.id AND (u.rule <> '' OR u.transaction_id = head.id))
           AND NOT EXISTS (SELECT FROM public.ledger_transaction AS r WHERE r.reverses_id = head.id)
           AND NOT EXISTS (SELECT FROM public.banking_statementmatch AS m WHERE m.transaction_id = head.id)
       ) AS pairs
 WHERE nth_line = nth_head
    ON CONFLICT DO NOTHING

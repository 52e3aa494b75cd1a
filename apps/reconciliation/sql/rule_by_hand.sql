-- A payment that somebody recorded by hand under the bank's own serial number; one that was undone because the bank
-- had not made it is found too, so that it shows as made.
INSERT INTO public.banking_statementmatch (line_id, kind, transaction_id, rule, matched_at)
SELECT line.id, 'posting', head.id, 'own_serial', now()
  FROM public.banking_statementline AS line
  JOIN public.banking_payingaccount AS account ON account.id = line.paying_account_id
  JOIN public.payouts_paymentorder AS paid
    ON paid.bank_serial = line.bank_serial AND paid.amount_fen = -line.amount_fen
   AND (paid.state = 'paid'
        OR paid.state = 'returned' AND NOT EXISTS (SELECT FROM public.banking_statementmatch AS m WHERE m.returned_id = paid.id))
   AND (account.district_id IS NULL OR account.district_id = paid.district_id)
  JOIN public.ledger_transaction AS head ON head.key = 'order:' || paid.id || ':paid'
 WHERE NOT EXISTS (SELECT FROM public.banking_statementmatch AS m WHERE m.line_id = line.id)
   AND NOT line.against
   AND NOT EXISTS (SELECT FROM public.banking_statementline AS a
                    WHERE a.division_id = line.division_id AND a.against
                      AND NOT EXISTS (SELECT FROM public.banking_statementmatch AS m WHERE m.line_id = a.id))
   AND NOT EXISTS (SELECT FROM public.banking_undonematch AS u
                    WHERE u.line_id = line.id AND (u.rule <> '' OR u.transaction_id = head.id))
   AND NOT EXISTS (SELECT FROM public.banking_batchentry AS e WHERE e.order_id = paid.id AND e.live)
   AND NOT EXISTS (SELECT FROM public.banking_statementmatch AS m WHERE m.transaction_id = head.id)
    ON CONFLICT DO NOTHING

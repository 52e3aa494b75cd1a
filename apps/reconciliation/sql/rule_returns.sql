-- A payment that came back and was recorded by hand, on the same day. Never the movement of which a person said that
-- it is not this payment coming back, nor one that a rule misread before.
INSERT INTO public.banking_statementmatch (line_id, kind, returned_id, rule, matched_at)
SELECT DISTINCT ON (paid.id) line.id, 'return', paid.id, 'document_named', now()
  FROM public.banking_statementline AS line
  JOIN public.banking_payingaccount AS account ON account.id = line.paying_account_id
  JOIN public.payouts_paymentorder AS paid
    ON paid.state = 'returned' AND paid.returned_on = line.booked_on AND paid.amount_fen = line.amount_fen
   AND line.reference ~ ('(^|[^A-Za-z0-9-])' || paid.number || '($|[^A-Za-z0-9-])')
   AND (account.district_id IS NULL OR account.district_id = paid.district_id)
 WHERE NOT EXISTS (SELECT FROM public.banking_statementmatch AS m WHERE m.line_id = line.id)
   AND NOT line.against
   AND NOT EXISTS (SELECT FROM public.banking_statementline AS a
                    WHERE a.division_id = line.division_id AND a.against
                      AND NOT EXISTS (SELECT FROM public.banking_statementmatch AS m WHERE m.line_id = a.id))
   AND NOT EXISTS (SELECT FROM public.banking_undonematch AS u
                    WHERE u.line_id = line.id AND (u.rule <> '' OR u.returned_id = paid.id))
   AND NOT EXISTS (SELECT FROM public.banking_statementmatch AS m WHERE m.returned_id = paid.id)
 ORDER BY paid.id, line.id
    ON CONFLICT DO NOTHING

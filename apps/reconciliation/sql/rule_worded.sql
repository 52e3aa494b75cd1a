-- Charges and interest by the bank's words, the other side the bank itself or nobody. Where a rule was mistaken once,
-- a person says what the movement is; and what a person wrote of a part of one is not the bank's word.
SELECT line.id, CASE WHEN line.amount_fen < 0 THEN 'charge' ELSE 'interest' END
  FROM public.banking_statementline AS line
  JOIN public.banking_payingaccount AS account ON account.id = line.paying_account_id
  JOIN unnest(%(profiles)s::text[], %(charges)s::text[], %(interests)s::text[])
       AS words(profile_key, charge, interest) ON words.profile_key = account.profile_key
 WHERE NOT EXISTS (SELECT FROM public.banking_statementmatch AS m WHERE m.line_id = line.id) AND account.district_id IS NOT NULL
   AND line.division_id IS NULL
   AND (line.counterparty_name = '' OR line.counterparty_name ~ %(bank_words)s)
   AND CASE WHEN line.amount_fen < 0
            THEN line.reference ~ words.charge AND -line.amount_fen <= %(charge_limit)s
            ELSE line.reference ~ words.interest AND line.amount_fen <= %(interest_limit)s END
   AND NOT EXISTS (SELECT FROM public.banking_undonematch AS u WHERE u.line_id = line.id AND u.rule <> '')
   AND NOT EXISTS (
       SELECT FROM regexp_matches(line.reference, '[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*', 'g') AS token
         JOIN public.payouts_paymentorder AS paid ON paid.number = token[1])
 ORDER BY line.id

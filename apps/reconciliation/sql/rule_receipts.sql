-- A receipt that somebody recorded by hand under the bank's own serial number.
INSERT INTO public.banking_statementmatch (line_id, kind, receipt_id, rule, matched_at)
SELECT line.id, 'receipt', receipt.id, 'own_serial', now()
  FROM public.banking_statementline AS line
  JOIN public.banking_payingaccount AS account ON account.id = line.paying_account_id
  JOIN public.payouts_recoveryreceipt AS receipt
    ON receipt.bank_serial = line.bank_serial AND receipt.amount_fen = line.amount_fen
  JOIN public.payouts_recovery AS recovery
    ON recovery.id = receipt.recovery_id
   AND (account.district_id IS NULL OR account.district_id = recovery.district_id)
 WHERE NOT EXISTS (SELECT FROM public.payouts_undonereceipt AS undone WHERE undone.receipt_id = receipt.id)
   AND NOT EXISTS (SELECT FROM public.banking_statementmatch AS m WHERE m.line_id = line.id)
   AND NOT line.against
   AND NOT EXISTS (SELECT FROM public.banking_statementline AS a
                    WHERE a.division_id = line.division_id AND a.against
                      AND NOT EXISTS (SELECT FROM public.banking_statementmatch AS m WHERE m.line_id = a.id))
   AND NOT EXISTS (SELECT FROM public.banking_statementmatch AS m WHERE m.receipt_id = receipt.id)
    ON CONFLICT DO NOTHING

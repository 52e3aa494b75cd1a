-- What the run looked at, and what a closing compares: debits posted and movements booked before each month's end.
SELECT (SELECT count(*) FROM recon_pay), (SELECT count(*) FROM public.banking_statementline WHERE division_id IS NULL),
       (SELECT count(*) FROM recon_posting) + (SELECT count(*) FROM recon_receipt)

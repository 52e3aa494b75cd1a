-- The balance of each account at the bank and in the books, and what lies between (余额调节表).
CREATE TEMPORARY TABLE recon_item AS
SELECT coalesce(pay.account_id, spot.account_id) AS account_id, -coalesce(pay.booked_fen, 0) AS books_fen,
       CASE WHEN pay.state = 'returned' AND NOT pay.came_back THEN 0
            ELSE coalesce(pay.line_fen, 0) + coalesce(back.amount_fen, 0) END AS bank_fen,
       coalesce(pay.booked_day, pay.paid_on) AS day
  FROM recon_pay AS pay
  LEFT JOIN public.banking_statementmatch AS came ON came.returned_id = pay.order_id
  LEFT JOIN public.banking_statementline AS back ON back.id = came.line_id
  LEFT JOIN recon_spot AS spot
    ON pay.account_id IS NULL AND spot.district = pay.district AND spot.fund = pay.fund
   AND coalesce(pay.booked_day, pay.paid_on) >= spot.since AND coalesce(pay.booked_day, pay.paid_on) < spot.until
 WHERE pay.booked_fen <> 0 OR pay.line_id IS NOT NULL OR back.id IS NOT NULL
UNION ALL
SELECT coalesce(receipt.account_id, spot.account_id), receipt.booked_fen, coalesce(receipt.line_fen, 0), receipt.day
  FROM recon_receipt AS receipt
  LEFT JOIN recon_spot AS spot
    ON receipt.account_id IS NULL AND spot.district = receipt.district AND spot.fund = receipt.fund
   AND receipt.day >= spot.since AND receipt.day < spot.until
UNION ALL
SELECT coalesce(posting.opens_account_id, posting.account_id, spot.account_id), posting.fen,
       CASE WHEN gone.transaction_id IS NOT NULL THEN posting.fen ELSE coalesce(posting.line_fen, 0) END,
       CASE WHEN posting.opens_account_id IS NULL THEN posting.day END
  FROM recon_posting AS posting
  LEFT JOIN recon_cancelled AS gone ON gone.transaction_id = posting.transaction_id
  LEFT JOIN recon_spot AS spot
    ON posting.account_id IS NULL AND spot.district = posting.district AND spot.fund = posting.fund
   AND posting.day >= spot.since AND posting.day < spot.until;

INSERT INTO public.reconciliation_accountbalance
       (run_id, paying_account_id, district_id, day, bank_fen, books_fen, bank_in_fen, bank_out_fen,
        books_in_fen, books_out_fen, rest_fen)
SELECT %(run)s, span.account_id, span.district, span.to_day, span.closing_fen, books.fen, bank.in_fen,
       bank.out_fen, books.in_fen, books.out_fen,
       span.closing_fen + books.in_fen - books.out_fen - (books.fen + bank.in_fen - bank.out_fen)
  FROM recon_span AS span
  LEFT JOIN LATERAL (
        -- A day of NULL is the opening balance; what was posted before the first statement belongs to it.
        SELECT coalesce(sum(books_fen), 0)::bigint AS fen,
               coalesce(sum(greatest(books_fen - bank_fen, 0)) FILTER (WHERE day >= span.from_day), 0)::bigint
                   AS in_fen,
               coalesce(sum(greatest(bank_fen - books_fen, 0)) FILTER (WHERE day >= span.from_day), 0)::bigint
                   AS out_fen
          FROM recon_item AS item
         WHERE item.account_id = ANY(span.ids)
           AND (item.day IS NULL OR item.day <= span.to_day OR item.bank_fen <> 0)) AS books ON true
  LEFT JOIN LATERAL (
        SELECT coalesce(sum(amount_fen) FILTER (WHERE amount_fen > 0), 0)::bigint AS in_fen,
               coalesce(-sum(amount_fen) FILTER (WHERE amount_fen < 0), 0)::bigint AS out_fen
          FROM (SELECT account_id, amount_fen FROM recon_open
                UNION ALL
                -- What was undone and made after all: the bank paid it, and the books do not hold it.
                SELECT account_id, line_fen FROM recon_pay
                 WHERE state = 'returned' AND NOT came_back AND line_id IS NOT NULL) AS line
         WHERE line.account_id = ANY(span.ids)) AS bank ON true;

INSERT INTO recon_found
SELECT 'balance:' || paying_account_id, 'balance', district_id, NULL, NULL, day,
       books_fen + bank_in_fen - bank_out_fen, bank_fen + books_in_fen - books_out_fen, NULL, NULL, NULL, NULL,
       paying_account_id, NULL, NULL, ''
  FROM public.reconciliation_accountbalance
 WHERE run_id = %(run)s AND rest_fen <> 0;

-- What the sides say, side by side: one row a payment, one a receipt, one any other posting of cash, one an open
-- movement. Every table is read once, whatever its size; nothing here is per row.
DROP TABLE IF EXISTS pg_temp.recon_cash, pg_temp.recon_pay, pg_temp.recon_split, pg_temp.recon_open,
                     pg_temp.recon_receipt, pg_temp.recon_posting, pg_temp.recon_spot, pg_temp.recon_item,
                     pg_temp.recon_span, pg_temp.recon_since, pg_temp.recon_found,
                     pg_temp.recon_cancelled;

-- What the books say left each fund for an order; a reversal takes it back.
CREATE TEMPORARY TABLE recon_cash AS
SELECT subject_id AS order_id, fund_code, sum(credit_fen - debit_fen)::bigint AS fen, min(on_date) AS day,
       min(district_code) AS district, min(transaction_id) AS transaction_id
  FROM public.ledger_leg
 WHERE account_code = 'cash' AND subject_type = 'payouts.paymentorder'
 GROUP BY subject_id, fund_code;
ANALYZE pg_temp.recon_cash;

CREATE TEMPORARY TABLE recon_pay AS
SELECT coalesce(paid.order_id, booked.order_id) AS order_id, paid.claim_id, paid.state, paid.number,
       coalesce(paid.district_id, place.code) AS district, paid.amount_fen, paid.offset_fen, paid.paid_on, paid.entry_id,
       paid.batch_id, paid.entry_fen, paid.entry_state, paid.outcome, paid.answer_fen,
       line.id AS line_id, line.amount_fen AS line_fen, line.booked_on,
       coalesce(paid.paying_account_id, line.paying_account_id) AS account_id,
       booked.fen AS booked_fen, booked.day AS booked_day, booked.transaction_id, booked.fund,
       coalesce(paid.came_back, false) AS came_back
  FROM (SELECT paid.id AS order_id, paid.claim_id, paid.state, paid.number, paid.district_id,
               paid.amount_fen, paid.offset_fen, paid.paid_on, entry.id AS entry_id, entry.batch_id,
               entry.amount_fen AS entry_fen, entry.state AS entry_state,
               coalesce(answer.outcome, letter.outcome) AS outcome,
               CASE WHEN letter.id IS NULL THEN answer.amount_fen ELSE entry.amount_fen END AS answer_fen, found.line_id, batch.paying_account_id,
               back.returned_id IS NOT NULL AS came_back
          FROM public.payouts_paymentorder AS paid
          LEFT JOIN public.banking_batchentry AS entry ON entry.order_id = paid.id AND entry.live
          LEFT JOIN public.banking_paymentbatch AS batch ON batch.id = entry.batch_id
          LEFT JOIN public.banking_resultline AS answer
            ON answer.entry_id = entry.id AND answer.outcome <> 'pending'
          LEFT JOIN public.banking_writtenanswer AS letter ON letter.entry_id = entry.id AND letter.state = 'signed'
          LEFT JOIN public.banking_statementmatch AS found ON found.entry_id = entry.id
          LEFT JOIN public.banking_statementmatch AS back ON back.returned_id = paid.id) AS paid
  FULL JOIN (SELECT order_id, sum(fen)::bigint AS fen, min(day) AS day, min(district) AS district,
                    min(transaction_id) AS transaction_id, min(fund_code) AS fund
               FROM recon_cash GROUP BY order_id) AS booked ON booked.order_id = paid.order_id
  LEFT JOIN public.banking_statementmatch AS posted ON posted.transaction_id = booked.transaction_id
  LEFT JOIN public.banking_statementline AS line ON line.id = coalesce(paid.line_id, posted.line_id)
  LEFT JOIN public.accounts_district AS place ON place.code = booked.district;
ANALYZE pg_temp.recon_pay;

-- By fund: what the order's parts say and what the books say.
CREATE TEMPORARY TABLE recon_split AS
SELECT order_id, fund, sum(part_fen)::bigint AS part_fen, sum(cash_fen)::bigint AS cash_fen
  FROM (SELECT order_id, fund_id AS fund, amount_fen AS part_fen, 0 AS cash_fen FROM public.payouts_paymentpart
        UNION ALL
        SELECT order_id, fund_code, 0, fen FROM recon_cash) AS sides
 GROUP BY order_id, fund;
ANALYZE pg_temp.recon_split;

-- Movements that nothing explains, with the order that their reference names.
CREATE TEMPORARY TABLE recon_open AS
SELECT line.id, line.paying_account_id AS account_id, line.booked_on, line.amount_fen, line.bank_serial,
       line.reference, line.counterparty_name, account.district_id AS district, account.fund_id AS fund,
       account.profile_key, named.id AS order_id, named.amount_fen AS order_fen, named.state AS order_state
  FROM public.banking_statementline AS line
  JOIN public.banking_payingaccount AS account ON account.id = line.paying_account_id
  LEFT JOIN public.banking_statementmatch AS found ON found.line_id = line.id
  LEFT JOIN LATERAL (
        SELECT paid.id, paid.amount_fen, paid.state
          FROM regexp_matches(line.reference, '[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*', 'g') AS token
          JOIN public.payouts_paymentorder AS paid ON paid.number = token[1]
         ORDER BY paid.id LIMIT 1) AS named ON true
 WHERE found.id IS NULL;
ANALYZE pg_temp.recon_open;

-- Receipts for recoveries that count: the movement that they were matched with, and what the books say came in.
CREATE TEMPORARY TABLE recon_receipt AS
SELECT receipt.id, recovery.district_id AS district, receipt.amount_fen, receipt.received_on,
       line.id AS line_id, line.amount_fen AS line_fen, line.paying_account_id AS account_id,
       booked.transaction_id, coalesce(booked.fen, 0) AS booked_fen, booked.fund,
       coalesce(booked.day, receipt.received_on) AS day
  FROM public.payouts_recoveryreceipt AS receipt
  JOIN public.payouts_recovery AS recovery ON recovery.id = receipt.recovery_id
  LEFT JOIN public.banking_statementmatch AS found ON found.receipt_id = receipt.id
  LEFT JOIN public.banking_statementline AS line ON line.id = found.line_id
  LEFT JOIN (SELECT origin.key, min(origin.id) AS transaction_id, min(leg.fund_code) AS fund,
                    min(leg.on_date) AS day, sum(leg.debit_fen - leg.credit_fen)::bigint AS fen
               FROM public.ledger_transaction AS origin
               JOIN public.ledger_transaction AS head ON head.id = origin.id OR head.reverses_id = origin.id
               JOIN public.ledger_leg AS leg ON leg.transaction_id = head.id AND leg.account_code = 'cash'
              WHERE origin.key LIKE 'receipt:%%' AND origin.reverses_id IS NULL
              GROUP BY origin.key) AS booked ON booked.key = 'receipt:' || receipt.id
 WHERE NOT EXISTS (SELECT FROM public.payouts_undonereceipt AS undone WHERE undone.receipt_id = receipt.id);

-- Every other posting that moved cash, together with what reversed it: budgets, charges, suspense, corrections.
CREATE TEMPORARY TABLE recon_posting AS
SELECT booked.transaction_id, booked.kind, booked.fen, booked.day, booked.fund, place.code AS district,
       CASE WHEN booked.subject_type = 'banking.payingaccount' THEN booked.subject_id END AS opens_account_id,
       line.id AS line_id, line.amount_fen AS line_fen, line.paying_account_id AS account_id
  FROM (SELECT origin.id AS transaction_id, origin.kind, origin.subject_type, origin.subject_id,
               sum(leg.debit_fen - leg.credit_fen)::bigint AS fen, min(leg.on_date) AS day,
               min(leg.fund_code) AS fund, min(leg.district_code) AS district
          FROM public.ledger_leg AS leg
          JOIN public.ledger_transaction AS head ON head.id = leg.transaction_id
          JOIN public.ledger_transaction AS origin ON origin.id = coalesce(head.reverses_id, head.id)
         WHERE leg.account_code = 'cash' AND leg.subject_type <> 'payouts.paymentorder'
           AND origin.key NOT LIKE 'receipt:%%'
         GROUP BY origin.id
        HAVING sum(leg.debit_fen - leg.credit_fen) <> 0) AS booked
  LEFT JOIN public.accounts_district AS place ON place.code = booked.district
  LEFT JOIN public.banking_statementmatch AS found ON found.transaction_id = booked.transaction_id
  LEFT JOIN public.banking_statementline AS line ON line.id = found.line_id;

-- Cash that names no account of itself lies on an account of its district, or else of the city, that held it on that
-- day: one that was signed for or had statements by then and was in use. Without any, on the one before or the first
-- after. Whatever is entered later changes nothing of the days before.
CREATE TEMPORARY TABLE recon_spot AS
WITH able AS (
    SELECT place.code AS district, fund.code AS fund, account.id AS account_id,
           least(account.confirmed_on, stated.from_day) AS since, coalesce(account.retired_on, 'infinity') AS until,
           account.district_id IS NULL AS of_city, account.fund_id IS NULL AS of_all
      FROM public.accounts_district AS place CROSS JOIN public.ledger_fund AS fund
      JOIN public.banking_payingaccount AS account
        ON (account.district_id = place.code OR account.district_id IS NULL)
       AND (account.fund_id = fund.code OR account.fund_id IS NULL)
      LEFT JOIN (SELECT paying_account_id, min(from_day) AS from_day
                   FROM public.banking_bankstatement GROUP BY paying_account_id) AS stated
        ON stated.paying_account_id = account.id
     WHERE account.confirmed_on IS NOT NULL OR stated.from_day IS NOT NULL
), chosen AS (
    SELECT DISTINCT ON (turn.district, turn.fund, turn.day) turn.district, turn.fund, turn.day, able.account_id
      FROM (SELECT district, fund, since AS day FROM able
            UNION SELECT district, fund, until FROM able WHERE until < 'infinity') AS turn
      JOIN able ON able.district = turn.district AND able.fund = turn.fund AND able.since <= turn.day
     ORDER BY turn.district, turn.fund, turn.day, able.until <= turn.day,
              CASE WHEN able.until <= turn.day THEN able.until END DESC, able.of_city, able.of_all, able.account_id
)
SELECT district, fund, account_id,
       CASE WHEN row_number() OVER by_day = 1 THEN '-infinity' ELSE day END AS since,
       coalesce(lead(day) OVER by_day, 'infinity') AS until
  FROM chosen WINDOW by_day AS (PARTITION BY district, fund ORDER BY day);

-- From which to which day the statements of an account reach. One that was entered anew, for another form of the bank's
-- files, is the same account with the same money: it counts once, under its newest entry.
CREATE TEMPORARY TABLE recon_span AS
SELECT same.account_id, same.ids, account.district_id AS district, first.from_day, last.to_day, last.closing_fen
  FROM (SELECT max(id) AS account_id, array_agg(id) AS ids
          FROM public.banking_payingaccount GROUP BY account_index) AS same
  JOIN public.banking_payingaccount AS account ON account.id = same.account_id
  JOIN LATERAL (SELECT from_day FROM public.banking_bankstatement
                 WHERE paying_account_id = ANY(same.ids) ORDER BY from_day, id LIMIT 1) AS first ON true
  JOIN LATERAL (SELECT to_day, closing_fen FROM public.banking_bankstatement
                 WHERE paying_account_id = ANY(same.ids) ORDER BY to_day DESC, id DESC LIMIT 1) AS last ON true;

-- From which day on statements show the cash of a district: what moved before lies in an opening balance, and
-- where there are no statements yet nothing can be looked for in them.
CREATE TEMPORARY TABLE recon_since AS
SELECT spot.district, min(span.from_day) AS from_day
  FROM recon_spot AS spot JOIN recon_span AS span ON spot.account_id = ANY(span.ids)
 GROUP BY spot.district;

-- Two postings of budgets that take each other back on one account, such as a move between its funds or an appropriation
-- that was cut again: the bank moves nothing.
CREATE TEMPORARY TABLE recon_cancelled AS
WITH budgeted AS (
    SELECT posting.transaction_id, posting.fen, span.account_id,
           row_number() OVER (PARTITION BY span.account_id, posting.fen
                              ORDER BY posting.day, posting.transaction_id) AS nth
      FROM recon_posting AS posting
      JOIN recon_spot AS spot ON spot.district = posting.district AND spot.fund = posting.fund
       AND posting.day >= spot.since AND posting.day < spot.until
      JOIN recon_span AS span ON spot.account_id = ANY(span.ids)
     WHERE posting.line_id IS NULL AND posting.day >= span.from_day
       AND posting.kind IN ('appropriation', 'budget_cut', 'budget_move')
)
SELECT one.transaction_id
  FROM budgeted AS one
  JOIN budgeted AS other ON (other.account_id, other.fen, other.nth) = (one.account_id, -one.fen, one.nth);

CREATE TEMPORARY TABLE recon_found (
    key text, kind text, district text, fund text, batch_id bigint, day date, ours_fen bigint,
    theirs_fen bigint, claim_id bigint, order_id bigint, receipt_id bigint, line_id bigint,
    account_id bigint, transaction_id bigint, item_id bigint, rule text
);

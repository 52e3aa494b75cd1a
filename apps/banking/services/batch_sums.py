"""A batch that the bank booked as one sum is divided into its payments, without a person."""

from django.db import connection, transaction

from apps.banking.selectors import NUMBER
from apps.banking.sentences import BOOKED_AS_ONE
from apps.banking.services.keep_division import keep_division
from apps.core import failpoints

RULE = "batch_as_one_sum"
# Every payment of the batch is answered, and those that were made and stand in no statement yet are the
# movement, to the fen. Where a division was taken back once, a person says what the movement is.
_BOOKED_AS_ONE = r"""
WITH out AS MATERIALIZED (
    SELECT line.id, -line.amount_fen AS amount_fen, line.reference
      FROM public.banking_statementline AS line
     WHERE line.paying_account_id = %(account)s AND line.amount_fen < 0 AND line.division_id IS NULL
       AND NOT EXISTS (SELECT FROM public.banking_statementmatch AS m WHERE m.line_id = line.id)
       AND NOT EXISTS (SELECT FROM public.banking_undonematch AS u WHERE u.line_id = line.id)
), named AS (
    SELECT out.id, out.amount_fen, min(batch.id) AS batch_id
      FROM out CROSS JOIN LATERAL regexp_matches(out.reference, '{pattern}', 'g') AS named (texts)
      JOIN public.banking_paymentbatch AS batch
        ON batch.number = texts[1] AND batch.paying_account_id = %(account)s
     GROUP BY out.id, out.amount_fen HAVING count(DISTINCT batch.id) = 1
)
SELECT min(named.id), named.batch_id, made.payments
  FROM named
  JOIN LATERAL (
        SELECT count(*) AS payments, sum(entry.amount_fen) AS fen,
               bool_or(entry.state = 'waiting') AS unanswered
          FROM public.banking_batchentry AS entry
         WHERE entry.batch_id = named.batch_id AND entry.live AND entry.state <> 'failed'
           AND NOT EXISTS (SELECT FROM public.banking_statementmatch AS m WHERE m.entry_id = entry.id)
       ) AS made ON NOT made.unanswered AND made.fen = named.amount_fen
 GROUP BY named.batch_id, made.payments
 ORDER BY named.batch_id
""".replace("{pattern}", NUMBER)
_PAYMENTS = """
SELECT row_number() OVER (ORDER BY entry.position) AS part, -entry.amount_fen AS fen,
       entry.order_number AS about, entry.payee_name AS payee
  FROM public.banking_batchentry AS entry
 WHERE entry.batch_id = %(batch)s AND entry.live AND entry.state = 'paid'
   AND NOT EXISTS (SELECT FROM public.banking_statementmatch AS m WHERE m.entry_id = entry.id)
"""
_MATCHES = """
INSERT INTO public.banking_statementmatch (line_id, kind, entry_id, rule, matched_at)
SELECT part.id, 'payment', entry.id, %(rule)s, now()
  FROM public.banking_statementline AS part
  JOIN public.banking_batchentry AS entry
    ON entry.batch_id = %(batch)s AND entry.live AND entry.order_number = part.reference
 WHERE part.division_id = %(division)s
"""
_ONE_PAYMENT = """
INSERT INTO public.banking_statementmatch (line_id, kind, entry_id, rule, matched_at)
SELECT %(line)s, 'payment', entry.id, %(rule)s, now()
  FROM public.banking_batchentry AS entry
 WHERE entry.batch_id = %(batch)s AND entry.live AND entry.state = 'paid'
   AND NOT EXISTS (SELECT FROM public.banking_statementmatch AS m WHERE m.entry_id = entry.id)
"""


def divide_batch_sums(account_id: int) -> int:
    """Divide each open movement that is a whole batch of the account; returns how many payments were matched.

    Called in a transaction that holds the account. A movement of another amount stays open, and its hint
    says by how much the two differ (`selectors.hints`).
    """
    matched = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_BOOKED_AS_ONE, {"account": account_id})
        for line, batch, payments in cursor.fetchall():
            wanted = {"line": line, "batch": batch, "rule": RULE}
            if payments == 1:
                cursor.execute(_ONE_PAYMENT, wanted)
            else:
                reason = BOOKED_AS_ONE.say()
                division = keep_division(line, _PAYMENTS, reason=reason, rule=RULE, batch=batch)
                failpoints.point("movement.divided")
                cursor.execute(_MATCHES, {**wanted, "division": division})
            matched += payments
    return matched

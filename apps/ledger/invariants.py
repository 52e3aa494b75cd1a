"""What must always hold in the books, as SQL that returns the rows that break it.

The guards in the database refuse these; here is the second place, which detects what came in past them.
"""

from django.utils.translation import gettext_lazy as _

from apps.core import rls, seals
from apps.core.invariants import register
from apps.ledger import sealing

BALANCED = register(
    "I1",
    _("Debits equal credits in every transaction and fund"),
    """
    SELECT transaction_id, fund_code, sum(debit_fen) AS debit_fen, sum(credit_fen) AS credit_fen
      FROM ledger_leg
     GROUP BY transaction_id, fund_code
    HAVING sum(debit_fen) <> sum(credit_fen)
    """,
    _("These transactions do not balance. Find out how they came past the guards, then reverse them."),
)

WHOLE = register(
    "I1b",
    _("Every transaction has two or more legs, whole, on its own date and in the chart"),
    """
    SELECT coalesce(head.id, legs.transaction_id) AS transaction_id, coalesce(legs.count, 0) AS legs
      FROM ledger_transaction AS head
      FULL JOIN (SELECT transaction_id, count(*) AS count, min(position) AS first, max(position) AS last,
                        min(on_date) AS first_day, max(on_date) AS last_day,
                        bool_and(debit_fen >= 0 AND credit_fen >= 0 AND (debit_fen > 0) <> (credit_fen > 0))
                            AS one_sided
                   FROM ledger_leg GROUP BY transaction_id) AS legs ON legs.transaction_id = head.id
     WHERE head.id IS NULL OR legs.transaction_id IS NULL OR legs.count < 2 OR legs.first <> 1
        OR legs.last <> legs.count OR legs.first_day <> head.on_date OR legs.last_day <> head.on_date
        OR NOT legs.one_sided
    UNION ALL
    SELECT leg.transaction_id, 0
      FROM (SELECT account_code, fund_code, min(transaction_id) AS transaction_id
              FROM ledger_leg GROUP BY account_code, fund_code) AS leg
     WHERE NOT EXISTS (SELECT FROM ledger_account WHERE code = leg.account_code)
        OR NOT EXISTS (SELECT FROM ledger_fund WHERE code = leg.fund_code)
    """,
    _("These transactions have legs missing, added or changed. Compare them with a backup."),
)

SEALED = register(
    "I2a",
    _("No sealed transaction was changed, removed or slipped in"),
    seals.verification_sql(sealing.TRANSACTIONS),
    _("Somebody with the rights of the owner changed the books. Compare these rows with a backup."),
)

MOVEMENTS_SEALED = register(
    "I2b",
    _("No sealed movement of a budget was changed, removed or slipped in"),
    seals.verification_sql(sealing.MOVEMENTS),
    _("Somebody with the rights of the owner changed the budgets. Compare these rows with a backup."),
)

REVERSALS = register(
    "I2c",
    _("A reversal mirrors its original"),
    """
    SELECT reversal.id AS transaction_id, reversal.reverses_id
      FROM ledger_transaction AS reversal
     WHERE reversal.reverses_id IS NOT NULL
       AND (SELECT jsonb_agg(jsonb_build_array(account_code, fund_code, district_code, debit_fen, credit_fen)
                             ORDER BY position)
              FROM ledger_leg WHERE transaction_id = reversal.reverses_id)
           IS DISTINCT FROM
           (SELECT jsonb_agg(jsonb_build_array(account_code, fund_code, district_code, credit_fen, debit_fen)
                             ORDER BY position)
              FROM ledger_leg WHERE transaction_id = reversal.id)
    """,
    _("These reversals undo something else than their original says. Reverse and repost them."),
)

KEPT_BALANCES = register(
    "I6a",
    _("Kept balances equal the legs"),
    """
    WITH legs AS (
        SELECT account_code, fund_code, district_code, on_date,
               sum(debit_fen) AS debit_fen, sum(credit_fen) AS credit_fen
          FROM ledger_leg GROUP BY account_code, fund_code, district_code, on_date
    ), days AS (
        SELECT account_code, fund_code, district_code, on_date,
               sum(debit_fen) AS debit_fen, sum(credit_fen) AS credit_fen
          FROM (SELECT account_code, fund_code, district_code, on_date, debit_fen, credit_fen
                  FROM ledger_daybalance
                 UNION ALL
                SELECT account_code, fund_code, district_code, on_date, debit_fen, credit_fen
                  FROM ledger_balancedelta) AS parts
         GROUP BY account_code, fund_code, district_code, on_date
    ), totals AS (
        SELECT account_code, fund_code, district_code,
               sum(debit_fen) AS debit_fen, sum(credit_fen) AS credit_fen
          FROM (SELECT account_code, fund_code, district_code, debit_fen, credit_fen
                  FROM ledger_balance
                 UNION ALL
                SELECT account_code, fund_code, district_code, debit_fen, credit_fen
                  FROM ledger_balancedelta) AS parts
         GROUP BY account_code, fund_code, district_code
    ), leg_totals AS (
        SELECT account_code, fund_code, district_code,
               sum(debit_fen) AS debit_fen, sum(credit_fen) AS credit_fen
          FROM legs GROUP BY account_code, fund_code, district_code
    )
    SELECT account_code, fund_code, district_code, on_date
      FROM legs FULL JOIN days USING (account_code, fund_code, district_code, on_date)
     WHERE (coalesce(legs.debit_fen, 0), coalesce(legs.credit_fen, 0))
        <> (coalesce(days.debit_fen, 0), coalesce(days.credit_fen, 0))
    UNION ALL
    SELECT account_code, fund_code, district_code, NULL
      FROM leg_totals FULL JOIN totals USING (account_code, fund_code, district_code)
     WHERE (coalesce(leg_totals.debit_fen, 0), coalesce(leg_totals.credit_fen, 0))
        <> (coalesce(totals.debit_fen, 0), coalesce(totals.credit_fen, 0))
    """,
    _("These kept balances differ from the sum of their legs. Rebuild them: manage.py rebuild_balances."),
)

BUDGETS = register(
    "I7",
    _("Reserved and used never exceed a budget, and budgets equal their movements"),
    """
    WITH moved AS (
        SELECT fund_code, district_code, year,
               sum(CASE WHEN kind IN ('appropriate', 'adjust') THEN amount_fen ELSE 0 END)
                   AS appropriated_fen,
               sum(CASE WHEN kind = 'reserve' THEN amount_fen
                        WHEN kind IN ('use', 'release') THEN -amount_fen ELSE 0 END) AS reserved_fen,
               sum(CASE WHEN kind IN ('use', 'take_back') THEN amount_fen
                        WHEN kind = 'refund' THEN -amount_fen ELSE 0 END) AS used_fen
          FROM ledger_budgetmovement
         GROUP BY fund_code, district_code, year
    )
    SELECT fund_code, district_code, year
      FROM ledger_budget AS budget FULL JOIN moved USING (fund_code, district_code, year)
     WHERE coalesce(budget.appropriated_fen, 0) <> coalesce(moved.appropriated_fen, 0)
        OR coalesce(budget.reserved_fen, 0) <> coalesce(moved.reserved_fen, 0)
        OR coalesce(budget.used_fen, 0) <> coalesce(moved.used_fen, 0)
        OR budget.reserved_fen + budget.used_fen > budget.appropriated_fen
        OR budget.reserved_fen < 0 OR budget.used_fen < 0
    """,
    _("These budgets are overdrawn or differ from their movements. Stop approving in them and find out why."),
)

RESERVATIONS = register(
    "I7b",
    _("Reservations equal their movements, and nobody draws more than was reserved"),
    """
    WITH moved AS (
        SELECT CASE WHEN kind = 'reserve' THEN key ELSE reservation_key END AS key, fund_code,
               sum(CASE WHEN kind = 'reserve' THEN amount_fen ELSE 0 END) AS reserved_fen,
               sum(CASE WHEN kind = 'use' THEN amount_fen ELSE 0 END) AS used_fen,
               sum(CASE WHEN kind = 'release' THEN amount_fen ELSE 0 END) AS released_fen,
               sum(CASE WHEN kind = 'refund' THEN amount_fen
                        WHEN kind = 'take_back' THEN -amount_fen ELSE 0 END) AS refunded_fen
          FROM ledger_budgetmovement
         WHERE kind NOT IN ('appropriate', 'adjust')
         GROUP BY 1, fund_code
    )
    SELECT key, fund_code
      FROM ledger_reservation AS kept FULL JOIN moved USING (key, fund_code)
     WHERE (kept.reserved_fen, kept.used_fen, kept.released_fen, kept.refunded_fen)
           IS DISTINCT FROM (moved.reserved_fen, moved.used_fen, moved.released_fen, moved.refunded_fen)
        OR kept.used_fen + kept.released_fen > kept.reserved_fen OR kept.refunded_fen > kept.used_fen
        OR kept.refunded_fen < 0
    """,
    _("These reservations differ from their movements. Stop paying from them and find out why."),
)

CLOSED_MONTHS = register(
    "I6d",
    _("A closed month took no posting after it was closed, and two persons closed it"),
    """
    SELECT head.id AS transaction_id, period.month
      FROM ledger_accountingperiod AS period
      JOIN ledger_transaction AS head
        ON head.on_date < period.month + interval '1 month' AND head.created_at > period.closed_at
     WHERE period.state = 'closed'
    UNION ALL
    SELECT NULL, month FROM ledger_accountingperiod
     WHERE state = 'closed' AND (closed_by_id IS NULL OR closed_by_id IS NOT DISTINCT FROM proposed_by_id)
    """,
    _("These postings came into a month that was closed. Find out how, and reverse them in the open month."),
)

rls.leave_open(
    "the city's books: one chain of legs, filled by COPY, reconciled as a whole",
    "ledger_transaction",
    "ledger_leg",
    "ledger_balance",
    "ledger_balancedelta",
    "ledger_daybalance",
    "ledger_budget",
    "ledger_budgetmovement",
    "ledger_reservation",
)

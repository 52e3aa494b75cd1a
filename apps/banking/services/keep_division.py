"""The one statement by which a movement is divided: its division, all parts and its match stand together."""

from typing import Any

from django.db import connection

from apps.core.said import as_stored

# Guards look at all of it at the end of the statement. Another one adds nothing.
_DIVIDE = """
WITH division AS (
    INSERT INTO public.banking_division (line_id, reason, divided_at)
    VALUES (%(line)s, %(reason)s, now()) RETURNING id, line_id
), given AS ({given}), parts AS (
    INSERT INTO public.banking_statementline
           (statement_id, paying_account_id, row, booked_on, bank_serial, amount_fen, counterparty_name,
            counterparty_account, reference, division_id, part, against)
    SELECT line.statement_id, line.paying_account_id, line.row, line.booked_on,
           line.bank_serial || '/' || given.part, given.fen,
           coalesce(given.payee, line.counterparty_name),
           CASE WHEN given.payee IS NULL THEN line.counterparty_account ELSE '' END,
           given.about, division.id, given.part, sign(given.fen) <> sign(line.amount_fen)
      FROM division
      JOIN public.banking_statementline AS line ON line.id = division.line_id
     CROSS JOIN given
)
INSERT INTO public.banking_statementmatch (line_id, kind, division_id, rule, matched_by_id, matched_at)
SELECT line_id, 'divided', id, %(rule)s, %(by)s, now() FROM division
RETURNING division_id
"""


def keep_division(
    line_id: int, given: str, *, reason: str, rule: str = "", by: int | None = None, **wanted: Any
) -> int:
    """Divide a movement into the parts that the query `given` names, and return the key of the division.

    The query has the columns part (a number), fen, about, and payee (empty: that of the movement), and takes
    `wanted` as its parameters. Called with the account held; the caller has looked at what is asked for.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _DIVIDE.replace("{given}", given),
            {"line": line_id, "reason": as_stored(reason), "rule": rule, "by": by, **wanted},
        )
        division: int = cursor.fetchone()[0]
    return division

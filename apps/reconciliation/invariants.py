"""What must always hold of the reconciliation, as SQL that returns the rows that break it (I6)."""

from django.utils.translation import gettext_lazy as _

from apps.core import rls
from apps.core.invariants import register

SUSPENSE = register(
    "I6e",
    _("Money in suspense is the sum of its items, by fund and district"),
    """
    SELECT coalesce(kept.account_code, items.account_code) AS account,
           coalesce(kept.fund_code, items.fund_code) AS fund,
           coalesce(kept.district_code, items.district_code) AS district, kept.fen AS books_fen,
           items.fen AS items_fen
      FROM (SELECT account_code, fund_code, district_code, sum(debit_fen - credit_fen) AS fen
              FROM ledger_leg WHERE account_code IN ('suspense', 'unidentified')
             GROUP BY 1, 2, 3) AS kept
      FULL JOIN (SELECT CASE WHEN line.amount_fen > 0 THEN 'unidentified' ELSE 'suspense' END AS account_code,
                        item.fund_id AS fund_code, item.district_id AS district_code,
                        -sum(line.amount_fen) AS fen
                   FROM reconciliation_correction AS item
                   JOIN banking_statementline AS line ON line.id = item.line_id
                  WHERE item.kind = 'suspense' AND item.state = 'signed' AND item.cleared_by_id IS NULL
                  GROUP BY 1, 2, 3) AS items
        ON items.account_code = kept.account_code AND items.fund_code = kept.fund_code
       AND items.district_code = kept.district_code
     WHERE coalesce(kept.fen, 0) <> coalesce(items.fen, 0)
    """,
    _("Suspense in the books is not what the list of suspense shows. Find the posting that nobody signed."),
)

CORRECTIONS = register(
    "I6f",
    _("Every signed correction is of two persons with a document, and posted once"),
    """
    SELECT correction.id AS correction_id, correction.number, correction.kind
      FROM reconciliation_correction AS correction
     WHERE correction.state = 'signed'
       AND (correction.signed_by_id IS NULL OR correction.signed_by_id = correction.requested_by_id
            OR NOT EXISTS (SELECT FROM casework_casedocument AS document
                            WHERE document.subject_type = 'reconciliation.correction'
                              AND document.subject_id = correction.id)
            OR (correction.kind NOT IN ('posting', 'never_paid', 'undo_match')
                AND correction.posted_id IS NULL))
    UNION ALL
    SELECT undoing.id, undoing.number, undoing.kind
      FROM reconciliation_correction AS undoing
      JOIN reconciliation_correction AS wrong ON wrong.id = undoing.undoes_id
      LEFT JOIN ledger_transaction AS back ON back.id = undoing.posted_id
     WHERE undoing.state = 'signed' AND back.reverses_id IS DISTINCT FROM wrong.posted_id
    UNION ALL
    SELECT NULL, undone.key, 'undo_receipt'
      FROM payouts_undonereceipt AS undone
     WHERE NOT EXISTS (SELECT FROM reconciliation_correction AS correction
                        WHERE correction.kind = 'undo_receipt' AND correction.state = 'signed'
                          AND correction.receipt_id = undone.receipt_id
                          AND undone.key = 'correction:' || correction.id)
    UNION ALL
    SELECT NULL, head.key, head.kind
      FROM ledger_transaction AS head
      LEFT JOIN reconciliation_correction AS correction
        ON correction.id = split_part(head.key, ':', 2)::bigint
     WHERE head.key ~ '^correction:[0-9]+(:|$)' AND correction.state IS DISTINCT FROM 'signed'
    """,
    _("These corrections were not signed as they have to be. Reverse what they posted by another one."),
)

MATCHED_POSTINGS = register(
    "I6g",
    _("Every movement that is a posting of the books moved as much cash there, and the posting stands"),
    """
    SELECT line.id AS line_id, line.bank_serial, line.amount_fen, moved.fen AS books_fen
      FROM banking_statementmatch AS match
      JOIN banking_statementline AS line ON line.id = match.line_id
      LEFT JOIN LATERAL (SELECT sum(leg.debit_fen - leg.credit_fen) AS fen FROM ledger_leg AS leg
                          WHERE leg.transaction_id = match.transaction_id AND leg.account_code = 'cash')
                AS moved ON true
     WHERE match.kind = 'posting' AND moved.fen IS DISTINCT FROM line.amount_fen
    UNION ALL
    -- A payment that was made and came back is two movements; whatever else was reversed is none.
    SELECT line.id, line.bank_serial, line.amount_fen, 0
      FROM banking_statementmatch AS match
      JOIN banking_statementline AS line ON line.id = match.line_id
      JOIN ledger_transaction AS back ON back.reverses_id = match.transaction_id
      JOIN ledger_transaction AS posted ON posted.id = match.transaction_id
     WHERE match.kind = 'posting' AND posted.kind NOT IN ('payment', 'repost')
    """,
    _("These movements were taken for postings of another amount, or reversed ones. Undo the match."),
)

RUNS = register(
    "I6h",
    _("Every difference that stands was seen by the newest run, and each has its history"),
    """
    SELECT known.id AS break_id, known.kind, known.state
      FROM reconciliation_break AS known
      LEFT JOIN (SELECT DISTINCT ON (difference_id) difference_id, state FROM reconciliation_breakevent
                  ORDER BY difference_id, id DESC) AS event ON event.difference_id = known.id
     WHERE (known.state IN ('open', 'explained')
            AND known.last_run_id <> (SELECT max(id) FROM reconciliation_run WHERE state = 'done'))
        OR known.state IS DISTINCT FROM event.state
    """,
    _("These differences were changed past the reconciliation. Run it again, then look who changed them."),
)

rls.leave_open(
    "a run compares the whole city and names nobody; what it found stands in protected tables",
    "reconciliation_run",
)

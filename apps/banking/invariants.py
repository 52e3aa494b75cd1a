"""What must always hold of payment files and what banks answered (I8, I9, I10).

Constraints and guards refuse these; here is the second place, which detects.
"""

from django.utils.translation import gettext_lazy as _

from apps.core.invariants import register

PAYEES = register(
    "I8",
    _("Every payment that went into a file goes to the account and with the amount that were approved"),
    """
    SELECT entry.id AS entry_id, batch.number, entry.order_number, entry.amount_fen,
           paid.amount_fen AS order_fen
      FROM banking_batchentry AS entry
      JOIN banking_paymentbatch AS batch ON batch.id = entry.batch_id
       AND batch.state IN ('signed', 'sent', 'answered', 'closed')
      JOIN payouts_paymentorder AS paid ON paid.id = entry.order_id
      JOIN claims_claim AS claim ON claim.id = paid.claim_id
     WHERE entry.live
       AND ((entry.order_number, entry.payee_name, entry.amount_fen, entry.payee_fingerprint)
            IS DISTINCT FROM (paid.number, paid.account_name, paid.amount_fen, paid.payee_fingerprint)
            OR paid.amount_fen + paid.offset_fen <> claim.net_fen
            OR (paid.state IN ('released', 'paid') AND claim.payee_fingerprint <> paid.payee_fingerprint))
    """,
    _("These payments differ from what was approved. Stop the file at the bank, find out who changed them."),
)

FILES = register(
    "I9",
    _("Every payment file stands as it was signed: by three people, with its count, total and digest"),
    """
    SELECT batch.id AS batch_id, batch.number, batch.count, entries.count AS entries, batch.total_fen,
           entries.fen AS entries_fen
      FROM banking_paymentbatch AS batch
      LEFT JOIN core_storedfile AS stored ON stored.id = batch.file_id
      LEFT JOIN LATERAL (SELECT count(*) AS count, coalesce(sum(entry.amount_fen), 0) AS fen
                           FROM banking_batchentry AS entry
                          WHERE entry.batch_id = batch.id AND entry.live) AS entries ON true
     WHERE (batch.state NOT IN ('draft', 'checked', 'cancelled')
            AND (stored.sha256 IS DISTINCT FROM batch.file_sha256 OR NOT stored.sealed
                 OR batch.maker_id = batch.checker_id OR batch.signer_id IS NULL
                 OR batch.signer_id IN (batch.maker_id, batch.checker_id)
                 OR (SELECT count(DISTINCT seat.person_id) FROM casework_seat AS seat
                      WHERE seat.subject_type = 'banking.paymentbatch' AND seat.subject_id = batch.id
                        AND (seat.seat, seat.person_id) IN
                            (('maker', batch.maker_id), ('checker', batch.checker_id),
                             ('signer', batch.signer_id))) <> 3))
        OR (batch.state <> 'cancelled'
            AND (batch.count <> entries.count OR batch.total_fen <> entries.fen))
    """,
    _("These payment files are not what was signed. Do not send them; where they were sent, ask the bank."),
)

ANSWERS = register(
    "I10",
    _("Every payment that a bank answered counts once, as the order and the books say"),
    """
    SELECT entry.id AS entry_id, entry.order_number, entry.state, paid.state AS order_state,
           count(line.entry_id) AS answers
      FROM banking_batchentry AS entry
      JOIN payouts_paymentorder AS paid ON paid.id = entry.order_id
      JOIN banking_paymentbatch AS batch ON batch.id = entry.batch_id
      LEFT JOIN (SELECT entry_id, outcome, amount_fen FROM banking_resultline WHERE outcome <> 'pending'
                 UNION ALL
                 SELECT letter.entry_id, letter.outcome, answered.amount_fen
                   FROM banking_writtenanswer AS letter
                   JOIN banking_batchentry AS answered ON answered.id = letter.entry_id
                  WHERE letter.state = 'signed') AS line ON line.entry_id = entry.id
     WHERE entry.live
     GROUP BY entry.id, paid.id, batch.id
    HAVING count(line.entry_id) <> (entry.state <> 'waiting')::int
        OR bool_or(line.outcome <> entry.state OR line.amount_fen <> entry.amount_fen)
        OR (entry.state = 'paid'
            AND (paid.state NOT IN ('paid', 'returned')
                 OR (paid.bank_serial, paid.paid_on)
                    IS DISTINCT FROM (entry.bank_serial, entry.paid_on)))
        OR (entry.state = 'failed' AND (paid.state, paid.failure) IS DISTINCT FROM ('failed', entry.reason))
        OR (entry.state = 'waiting' AND paid.state <> 'released')
    UNION ALL
    SELECT batch.id, batch.number, batch.state, '', count(*)
      FROM banking_paymentbatch AS batch
      JOIN banking_batchentry AS entry
        ON entry.batch_id = batch.id AND entry.live AND entry.state = 'waiting'
     WHERE batch.state IN ('answered', 'closed')
     GROUP BY batch.id
    UNION ALL
    SELECT taken.id, taken.sha256, 'lines', '', count(line.id)
      FROM banking_resultfile AS taken LEFT JOIN banking_resultline AS line ON line.result_file_id = taken.id
     GROUP BY taken.id
    HAVING count(line.id) > taken.paid_count + taken.failed_count + taken.pending_count
    """,
    _("The answers of the bank and the orders differ. Compare the result file, then correct by a posting."),
)

MOVEMENTS = register(
    "I10b",
    _("Every movement of a statement is explained once at most, and by the same amount"),
    """
    SELECT line.id AS line_id, line.bank_serial, line.amount_fen, entry.amount_fen AS entry_fen,
           receipt.amount_fen AS receipt_fen, back.amount_fen AS returned_fen
      FROM banking_statementmatch AS match
      JOIN banking_statementline AS line ON line.id = match.line_id
      LEFT JOIN banking_batchentry AS entry ON entry.id = match.entry_id
      LEFT JOIN payouts_recoveryreceipt AS receipt ON receipt.id = match.receipt_id
      LEFT JOIN payouts_paymentorder AS back ON back.id = match.returned_id
     WHERE line.amount_fen <> coalesce(receipt.amount_fen, back.amount_fen, -entry.amount_fen)
        OR (back.id IS NOT NULL AND (back.state <> 'returned'
                                    OR back.returned_on <> greatest(line.booked_on, back.paid_on)))
        OR (entry.id IS NOT NULL AND entry.state <> 'paid')
        OR (receipt.id IS NOT NULL
            AND (receipt.bank_serial <> line.bank_serial
                 OR EXISTS (SELECT 1 FROM payouts_undonereceipt AS undone
                             WHERE undone.receipt_id = receipt.id)))
    UNION ALL
    SELECT undone.line_id, line.bank_serial, line.amount_fen, NULL, line.amount_fen, NULL
      FROM banking_undonematch AS undone
      JOIN banking_statementline AS line ON line.id = undone.line_id
     WHERE undone.receipt_id IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM payouts_undonereceipt AS gone WHERE gone.receipt_id = undone.receipt_id)
    """,
    _("These movements were taken for something else than they are. Look at the statement."),
)
STATEMENTS = register(
    "I10c",
    _("Every statement's movements make its closing balance"),
    """
    SELECT statement.id AS statement_id, statement.number, statement.closing_fen,
           sum(line.amount_fen) AS moved_fen
      FROM banking_bankstatement AS statement
      LEFT JOIN banking_statementline AS line
        ON line.statement_id = statement.id AND line.division_id IS NULL
     GROUP BY statement.id
    HAVING statement.opening_fen + coalesce(sum(line.amount_fen), 0) <> statement.closing_fen
        OR count(line.id) <> statement.line_count
    """,
    _("These statements are not whole. Compare them with the stored file."),
)

register(
    "I10d",
    _("Every movement is one of its account's statement, and what it was found to be is there"),
    """
    SELECT line.id AS line_id, NULL::bigint AS match_id
      FROM banking_statementline AS line
      LEFT JOIN banking_bankstatement AS statement ON statement.id = line.statement_id
     WHERE statement.paying_account_id IS DISTINCT FROM line.paying_account_id
    UNION ALL
    SELECT match.line_id, match.id
      FROM banking_statementmatch AS match
      LEFT JOIN banking_statementline AS line ON line.id = match.line_id
      LEFT JOIN banking_batchentry AS entry ON entry.id = match.entry_id
      LEFT JOIN banking_paymentbatch AS batch ON batch.id = entry.batch_id
      LEFT JOIN accounts_user AS by ON by.id = match.matched_by_id
     WHERE line.id IS NULL
        OR (match.matched_by_id IS NOT NULL AND by.id IS NULL)
        OR (match.entry_id IS NOT NULL
            AND (entry.amount_fen, batch.paying_account_id)
                IS DISTINCT FROM (-line.amount_fen, line.paying_account_id))
    """,
    _("These movements or matches refer to something that is missing or another's. Restore what is missing."),
)

DIVIDED = register(
    "I10e",
    _("Every movement that was divided is the sum of its parts, and they count as long as it is divided"),
    """
    SELECT division.id AS division_id, line.id AS line_id, line.bank_serial, line.amount_fen,
           sum(part.amount_fen) AS parts_fen
      FROM banking_division AS division
      JOIN banking_statementline AS line ON line.id = division.line_id
      LEFT JOIN banking_statementline AS part ON part.division_id = division.id
      LEFT JOIN banking_statementmatch AS gone ON gone.line_id = part.id AND gone.kind = 'taken_back'
      LEFT JOIN banking_statementmatch AS divided ON divided.division_id = division.id
      LEFT JOIN banking_undonematch AS undone ON undone.division_id = division.id
     GROUP BY division.id, line.id
    HAVING sum(part.amount_fen) IS DISTINCT FROM line.amount_fen OR count(part.id) < 2
        OR line.division_id IS NOT NULL
        OR bool_or((part.statement_id, part.paying_account_id, part.row, part.booked_on, part.bank_serial)
                   IS DISTINCT FROM (line.statement_id, line.paying_account_id, line.row, line.booked_on,
                                     line.bank_serial || '/' || part.part))
        OR bool_or(part.against <> (sign(part.amount_fen) <> sign(line.amount_fen)))
        OR count(divided.id) + count(undone.id) <> count(part.id)
        OR count(gone.id) <> count(undone.id)
    UNION ALL
    SELECT part.division_id, part.id, part.bank_serial, part.amount_fen, NULL
      FROM banking_statementline AS part
      LEFT JOIN banking_division AS division ON division.id = part.division_id
     WHERE part.division_id IS NOT NULL AND division.id IS NULL
    UNION ALL
    SELECT part.division_id, part.id, part.bank_serial, part.amount_fen, NULL
      FROM banking_statementline AS part
      JOIN banking_statementmatch AS match ON match.line_id = part.id
     WHERE part.against AND match.kind NOT IN ('posting', 'taken_back')
    """,
    _("These movements and their parts differ. Compare them with the statement, then divide them anew."),
)

ACCOUNTS = register(
    "I8b",
    _("Every batch is paid from an account for which a second person signed"),
    """
    SELECT batch.id AS batch_id, batch.number, account.id AS account_id
      FROM banking_paymentbatch AS batch
      JOIN banking_payingaccount AS account ON account.id = batch.paying_account_id
     WHERE batch.state <> 'cancelled'
       AND (account.confirmed_on IS NULL OR account.confirmer_id IS NOT DISTINCT FROM account.enterer_id)
    """,
    _("Stop these batches until another person has compared the account with the bank's paper and signed."),
)

LETTERS = register(
    "I10f",
    _("Every answer in writing has its letter and two persons, and its payment says the same"),
    """
    SELECT letter.id AS answer_id, letter.number, letter.outcome, entry.order_number, entry.state
      FROM banking_writtenanswer AS letter
      JOIN banking_batchentry AS entry ON entry.id = letter.entry_id
     WHERE letter.state = 'signed'
       AND (letter.signed_by_id IS NULL OR letter.signed_by_id = letter.requested_by_id
            OR (letter.outcome, letter.paid_on, letter.bank_serial, letter.reason)
               IS DISTINCT FROM (entry.state, entry.paid_on, entry.bank_serial, entry.reason)
            OR NOT EXISTS (SELECT 1 FROM casework_casedocument AS paper
                            WHERE paper.subject_type = 'banking.writtenanswer'
                              AND paper.subject_id = letter.id)
            OR NOT EXISTS (SELECT 1 FROM casework_decision AS decision
                             JOIN casework_seat AS seat ON seat.id = decision.seat_id
                            WHERE decision.subject_type = 'banking.writtenanswer'
                              AND decision.subject_id = letter.id AND decision.action = 'sign'
                              AND seat.person_id = letter.signed_by_id))
    """,
    _("These answers lack a signature or their letter, or the payment differs. Ask the bank what holds."),
)

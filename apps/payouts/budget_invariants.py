"""What budgets and books say is the same money: per fund, district and budget year, to the fen.

The books know no budget year. A posting has that of the movement under whose key it stands, an apprentice's
line that of the reservation that it draws on, a notice that of its parts.
"""

from django.utils.translation import gettext_lazy as _

from apps.core.invariants import register

# What was given stands in the books as income of the fund. A move from one year to another within one fund
# and district posts nothing: its money stays where it is.
_GIVEN = """
    SELECT leg.fund_code, leg.district_code,
           coalesce(moved.year, extract(year FROM origin.on_date))::int AS year,
           sum(leg.credit_fen - leg.debit_fen) AS given_fen, 0 AS used_fen
      FROM ledger_leg AS leg
      JOIN ledger_transaction AS head ON head.id = leg.transaction_id
      JOIN ledger_transaction AS origin ON origin.id = coalesce(head.reverses_id, head.id)
      LEFT JOIN ledger_budgetmovement AS moved ON moved.key = origin.key AND moved.position = 1
     WHERE leg.account_code = 'appropriations'
     GROUP BY 1, 2, 3
    UNION ALL
    SELECT request.fund_id, request.district_id, place.year, sum(place.fen), 0
      FROM payouts_budgetrequest AS request
     CROSS JOIN LATERAL (VALUES (request.year, -request.amount_fen), (request.to_year, request.amount_fen))
           AS place (year, fen)
     WHERE request.state = 'signed' AND request.kind = 'move'
       AND (request.to_fund_id, request.to_district_id) = (request.fund_id, request.district_id)
     GROUP BY 1, 2, 3
"""
# What was used stands as advances, subsidies, what is to be recovered and what was lost of it.
_USED = """
    SELECT spent.fund_code, spent.district_code, coalesce(first.year, claim.year, spent.year)::int AS year,
           0 AS given_fen, sum(spent.fen) AS used_fen
      FROM spent
      LEFT JOIN claims_claimline AS line
        ON spent.subject_type = 'claims.claimline' AND line.id = spent.subject_id
      LEFT JOIN claims_claim AS claim ON claim.id = line.claim_id
      LEFT JOIN claims_claimline AS advance
        ON advance.enrolment_id = line.enrolment_id AND advance.kind = 'advance'
       AND advance.voided_at IS NULL AND line.kind = 'remainder' AND line.advance_fen > 0
      LEFT JOIN claims_claim AS first ON first.id = advance.claim_id
     WHERE spent.subject_type <> 'payouts.recovery'
     GROUP BY 1, 2, 3
    UNION ALL
    -- What the books say of a notice, laid on the years of its parts; what those do not have, on the first.
    SELECT spent.fund_code, spent.district_code, coalesce(parts.year, spent.year)::int, 0,
           sum(coalesce(parts.fen, 0)
               + CASE WHEN coalesce(parts.nth, 1) = 1 THEN spent.fen - coalesce(parts.all_fen, 0) ELSE 0 END)
      FROM spent
      LEFT JOIN (SELECT part.recovery_id, part.fund_id, reserved.year,
                        sum(part.amount_fen - part.received_fen - part.offset_fen) AS fen,
                        sum(sum(part.amount_fen - part.received_fen - part.offset_fen))
                            OVER (PARTITION BY part.recovery_id, part.fund_id) AS all_fen,
                        row_number() OVER (PARTITION BY part.recovery_id, part.fund_id
                                           ORDER BY reserved.year) AS nth
                   FROM payouts_recoverypart AS part
                   LEFT JOIN ledger_reservation AS reserved
                     ON reserved.key = part.reservation_key AND reserved.fund_code = part.fund_id
                  GROUP BY part.recovery_id, part.fund_id, reserved.year) AS parts
        ON (parts.recovery_id, parts.fund_id) = (spent.subject_id, spent.fund_code)
     WHERE spent.subject_type = 'payouts.recovery'
     GROUP BY 1, 2, 3
"""

AGREE = register(
    "I7e",
    _("What budgets were given and used is what the books say, per fund, district and year"),
    f"""
    WITH spent AS (
        SELECT subject_type, subject_id, fund_code, district_code, extract(year FROM min(on_date)) AS year,
               sum(debit_fen - credit_fen) AS fen
          FROM ledger_leg
         WHERE account_code IN ('advances', 'subsidies', 'recoveries', 'written_off')
         GROUP BY subject_type, subject_id, fund_code, district_code
        HAVING sum(debit_fen - credit_fen) <> 0
    ), books AS (
        SELECT fund_code, district_code, year, sum(given_fen) AS given_fen, sum(used_fen) AS used_fen
          FROM ({_GIVEN} UNION ALL {_USED}) AS said
         GROUP BY fund_code, district_code, year
    )
    SELECT fund_code, district_code, year, budget.appropriated_fen, books.given_fen AS booked_fen,
           budget.used_fen, books.used_fen AS spent_fen
      FROM ledger_budget AS budget FULL JOIN books USING (fund_code, district_code, year)
     WHERE coalesce(budget.appropriated_fen, 0) <> coalesce(books.given_fen, 0)
        OR coalesce(budget.used_fen, 0) <> coalesce(books.used_fen, 0)
    """,  # noqa: S608 - both parts are written above
    _(
        "Budgets and books differ here. Stop approving in these budgets, and find the step that only one"
        " of them took."
    ),
)

PROMISED = register(
    "I7f",
    _("What is reserved is what signed claims may still cost, and nothing else"),
    """
    WITH settled AS (
        SELECT claim.id, claim.kind,
               claim.state IN ('recovering', 'written_off', 'settled')
               OR EXISTS (SELECT FROM payouts_paymentorder AS paid WHERE paid.claim_id = claim.id) AS done
          FROM claims_claim AS claim
         WHERE claim.state IN ('approved', 'payee_signature', 'released', 'paid', 'recovering', 'written_off',
                               'settled')
    ), wanted AS (
        SELECT 'claim:' || settled.id AS key,
               sum(CASE WHEN NOT settled.done THEN line.standard_fen
                        WHEN settled.kind = 'remainder' OR rest.done THEN 0
                        ELSE line.standard_fen - line.advance_fen END) AS fen
          FROM settled
          JOIN claims_claimline AS line ON line.claim_id = settled.id AND line.voided_at IS NULL
           AND (settled.kind = 'advance' OR line.advance_fen = 0 AND line.amount_fen > 0)
          LEFT JOIN claims_claimline AS later
            ON later.enrolment_id = line.enrolment_id AND later.kind = 'remainder' AND later.voided_at IS NULL
           AND line.kind = 'advance'
          LEFT JOIN settled AS rest ON rest.id = later.claim_id
         GROUP BY settled.id
    ), kept AS (
        SELECT key, sum(reserved_fen - used_fen - released_fen) AS fen FROM ledger_reservation GROUP BY key
    )
    SELECT key, kept.fen AS reserved_fen, wanted.fen AS wanted_fen
      FROM kept FULL JOIN wanted USING (key)
     WHERE coalesce(kept.fen, 0) <> coalesce(wanted.fen, 0)
    """,
    _("These reservations hold more or less than their claims may cost. Find the step that only one took."),
)

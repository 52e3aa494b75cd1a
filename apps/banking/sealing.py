"""What of the banking is sealed: divisions of movements with their parts, which stand in no bank file."""

from apps.core import seals

DIVISIONS = "banking.division"

# Version 1. A change of this expression is a new version, registered beside it.
_DIVISION = """jsonb_build_array(
    sealed.id, sealed.line_id, sealed.reason, <divided_at>,
    (SELECT jsonb_agg(jsonb_build_array(part.id, part.part, part.statement_id, part.paying_account_id,
                                        part.row, part.booked_on, part.bank_serial, part.amount_fen,
                                        part.counterparty_name, part.reference, part.against)
                      ORDER BY part.part)
       FROM banking_statementline AS part WHERE part.division_id = sealed.id))::text""".replace(
    "<divided_at>", seals.instant("sealed.divided_at")
)

seals.register(DIVISIONS, table="banking_division", content=_DIVISION, version=1)

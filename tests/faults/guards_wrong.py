"""The guards of corrections that undo others or were overtaken, and of matches undone; as in `guards.py`."""

from tests.faults import attacks_wrong as attacks
from tests.faults import guards

TABLE = "reconciliation_correction"
CHECKS = "apps.reconciliation.checks"
READ = 'read_text(encoding="utf-8")'
# What each rule leaves alone: movements that were parted from something.
LEFT_ALONE = {
    "words of a charge": (
        "AND NOT EXISTS (SELECT FROM public.banking_undonematch AS u"
        " WHERE u.line_id = line.id AND u.rule <> '')",
        attacks.charge_again,
    ),
    "document of a budget": ("u.rule <> '' OR u.transaction_id = head.id", attacks.document_again),
    "serial number of a payment by hand": (
        "u.rule <> '' OR u.transaction_id = head.id", attacks.serial_again,
    ),
    "day and number of a return": ("u.rule <> '' OR u.returned_id = paid.id", attacks.return_again),
}  # fmt: skip

WRONG = (
    guards.unique(TABLE, "correction_undone_once", attack=attacks.undo_a_correction_twice),
    guards.unique(TABLE, "one_undoing_under_way", attack=attacks.undo_at_the_same_time),
    guards.constraint(TABLE, "correction_names_what_it_undoes", attack=attacks.undo_nothing_named),
    guards.constraint(TABLE, "correction_names_what_it_corrects", attack=attacks.correct_nothing),
    guards.in_trigger(
        TABLE, "content_stands", "NEW.cleared_by_id IS NULL AND", "NEW.cleared_by_id IS NULL OR",
        "money that goes back to suspense", attack=attacks.back_to_suspense_alone,
    ),
    guards.in_trigger(
        TABLE, "content_stands", "AND wrong.id = OLD.cleared_by_id", " ",
        "money that goes back with its own undoing", attack=attacks.back_to_suspense_with_another,
    ),
    guards.check(
        "kind of an undoing", "apps.reconciliation.services.undo_correction", "request_undoing_of",
        "if wanted.kind != UNDONE_BY[found.kind]:", "if False:", attack=attacks.undo_as_another_kind,
    ),
    guards.check(
        "opening balance that a movement shows", CHECKS, "standing_in_the_way",
        "yield from shown_by_a_movement(wrong.posted)", "yield from ()",
        attack=attacks.undo_an_opening_that_a_movement_shows,
    ),
    guards.check(
        "opening balance of more than differs", CHECKS, "opening_fits",
        "if row is not None and correction.amount_fen > abs(row.amount_fen):", "if False:",
        attack=attacks.open_with_more_than_differs,
    ),
    guards.check(
        "posting that a movement shows by then", CHECKS, "something_to_reverse",
        "yield from shown_by_a_movement(correction.transaction)", "yield from ()",
        attack=attacks.reverse_what_a_movement_shows,
    ),
    guards.check(
        "payment that a movement shows by then", CHECKS, "order_still_paid",
        "elif made_after_all(order).exists():", "elif False:",
        attack=attacks.undo_a_payment_that_a_movement_shows,
    ),
    guards.check(
        "movement that is something else by then", CHECKS, "match_can_go",
        "elif correction.difference_id is None and not _as_it_was(match, correction):", "elif False:",
        attack=attacks.part_from_something_else,
    ),
    guards.check(
        "undoing that a month waits for", "apps.reconciliation.obstacles", "corrections_under_way",
        "| Q(difference=None, line__booked_on__lte=period.last_day)", "",
        attack=attacks.close_a_month_that_is_corrected,
    ),
    guards.check(
        "payment that a movement was parted from", "apps.banking.services.match_lines", "_match_payments",
        "cursor.execute(_LAY_OUT,",
        'cursor.execute(_LAY_OUT.replace("undone.entry_id IS NOT NULL", "false"),',
        attack=attacks.payment_again,
    ),
    guards.check(
        "notice that a movement was parted from", "apps.banking.services.match_lines", "match_open_lines",
        "cursor.execute(_NAMING_ONE_NOTICE,",
        """cursor.execute(_NAMING_ONE_NOTICE.replace("u.kind = 'receipt'", "false"),""",
        attack=attacks.receipt_again,
    ),
    *(
        guards.check(
            f"parted: {name}", "apps.reconciliation.sql", "statements", READ,
            f"{READ}.replace({lines!r}, {'' if lines.startswith('AND') else 'false'!r})", attack=attack,
        )
        for name, (lines, attack) in LEFT_ALONE.items()
    ),
)  # fmt: skip

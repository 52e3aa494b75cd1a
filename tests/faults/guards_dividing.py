"""The guards of movements that are divided, planted like those of `guards.py`."""

from tests.faults import attacks_dividing as attacks
from tests.faults import guards

DIVIDING = (
    guards.trigger(
        "banking_statementline", "parts_make_the_movement", attack=attacks.parts_that_make_more
    ),
    guards.unique("banking_statementline", "part_serial_once", attack=attacks.parts_numbered_anew),
    guards.trigger("banking_division", "carried_out", attack=attacks.division_without_parts),
    guards.trigger("banking_statementmatch", "of_its_division", attack=attacks.put_a_part_aside),
    guards.trigger("banking_statementmatch", "parts_in_order", attack=attacks.believe_a_part_alone),
    guards.trigger(
        "banking_statementmatch", "parts_go", attack=attacks.keep_the_parts_of_a_division_that_went
    ),
    guards.in_trigger(
        "banking_statementmatch", "match_stays", "OLD.kind <> 'taken_back'", "true",
        "parts that went with their division", attack=attacks.open_a_part_that_went,
    ),
)  # fmt: skip

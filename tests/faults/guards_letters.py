"""The guards of the bank's answers in writing, planted like those of `guards.py`."""

from tests.faults import attacks_letters as attacks
from tests.faults import guards

TABLE = "banking_writtenanswer"
LETTERS = (
    guards.trigger("banking_batchentry", "said_by_the_bank", attack=attacks.answer_from_nowhere),
    guards.trigger(
        "banking_resultline", "not_answered_in_writing", attack=attacks.answer_by_letter_and_file
    ),
    guards.trigger(TABLE, "content_stands", attack=attacks.change_a_letter),
    guards.trigger(TABLE, "of_a_waiting_payment", attack=attacks.letter_on_an_answered_payment),
    guards.in_trigger(
        TABLE, "of_a_waiting_payment", "NEW.state = OLD.state OR NEW.state <> 'signed'", "true",
        "letter that a file overtook", attack=attacks.sign_what_a_file_overtook,
    ),
    guards.in_trigger(
        TABLE, "of_a_waiting_payment", "FOR UPDATE", " ", "lock of the payment of a letter",
        attack=attacks.letter_while_a_file_answers,
    ),
    guards.constraint(TABLE, "written_answer_state_known", attack=attacks.letter_in_no_state),
    guards.constraint(TABLE, "written_answer_is_whole", attack=attacks.paid_without_a_serial),
    guards.constraint(TABLE, "written_answer_names_the_letter", attack=attacks.letter_without_a_name),
    guards.constraint(TABLE, "written_answer_of_two_persons", attack=attacks.sign_ones_own_letter),
    guards.unique(TABLE, "one_written_answer_per_payment", attack=attacks.second_letter),
    guards.unique(TABLE, "banking_writtenanswer_number_key", attack=attacks.number_twice),
    guards.check(
        "letter of an answer", "apps.banking.services.answer_in_writing", "missing_for_answer",
        "if not CaseDocument.objects.of(answer).exists():", "if False:",
        attack=attacks.sign_without_the_letter,
    ),
)  # fmt: skip

"""The city's rules of recovery, as its policy document has them."""

from datetime import date
from typing import Any

from apps.policy.enums import Programme
from apps.policy.selectors import governing_document, parameter


def recovery_rule(name: str, on: date) -> Any:
    """The value of one `recovery_…` parameter on a day.

    Raises UngovernedDay where no document of the recovery programme is in force.
    """
    return parameter(governing_document(Programme.RECOVERY, on), name, on)

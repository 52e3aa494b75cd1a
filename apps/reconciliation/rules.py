"""The rules by which differences are closed without a person: data, `fixtures/reconciliation/rules.yml`."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.utils.translation import gettext_lazy as _

# Rules by name, as the pages show them.
NAMES = {
    "timing": _("Payments and statements may lie some working days apart"),
    "result_awaited": _("The bank's result file may come after the statement"),
    "suspense": _("Money may stay in suspense for some working days"),
    "charge": _("Small charges of the bank are booked by rule"),
    "interest": _("Interest of the bank is booked by rule"),
    "own_serial": _("Recorded by hand under the same serial number of the bank"),
    "document_named": _("The reference names the document of a posting with the same amount"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """How a bank writes a charge or interest, and up to which amount (fen) the rule books it."""

    limit_fen: int
    words: dict[str, tuple[str, ...]]

    def patterns(self, profiles: list[str]) -> list[str]:
        """For each bank a pattern of its words; one that never fits where it has none."""
        found = (self.words.get(key) or self.words.get("default", ()) for key in profiles)
        return ["|".join(map(re.escape, words)) or "$^" for words in found]


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules. Days are working days after the day of the record, `booked_late_days` calendar days."""

    timing_days: int
    result_awaited_days: int
    suspense_days: int
    booked_late_days: int
    bank_words: tuple[str, ...]
    charge: Words
    interest: Words


@lru_cache(maxsize=1)
def rules() -> Rules:
    """The rules of this city. Raises KeyError for a file that is not whole."""
    path = Path(settings.BASE_DIR) / "fixtures" / "reconciliation" / "rules.yml"
    return parse(path.read_text(encoding="utf-8"))


def parse(text: str) -> Rules:
    """Read the rules; a word that is missing, or one too many, is an error and not a default."""
    data: dict[str, Any] = yaml.safe_load(text)
    found = Rules(
        timing_days=data.pop("timing_working_days"),
        result_awaited_days=data.pop("result_awaited_working_days"),
        suspense_days=data.pop("suspense_working_days"),
        booked_late_days=data.pop("booked_late_days"),
        bank_words=tuple(data.pop("bank_words")),
        charge=_words(data.pop("charge")),
        interest=_words(data.pop("interest")),
    )
    if data:
        raise ValueError(f"unknown rules {sorted(data)}")
    return found


def _words(data: dict[str, Any]) -> Words:
    return Words(data["limit_fen"], {key: tuple(words) for key, words in data["words"].items()})

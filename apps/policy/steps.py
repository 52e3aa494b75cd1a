"""The steps of a calculation: each a code, its article, an amount, and a sentence in the reader's language.

A step stores codes and figures, not sentences, so that one stored line reads in Chinese and in English,
years later, without the document at hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core.money import yuan
from apps.policy.texts import Text

SENTENCES: dict[str, Promise] = {
    # What was found
    "document": _("Rules: %(number)s, in force from %(in_force_from)s; read for %(on)s."),
    "rate": _("Rate for %(level)s: %(rate_fen)s yuan per person-year."),
    "rate_by_kind": _("Rate for %(kind)s, %(level)s: %(rate_fen)s yuan per person-year."),
    "term_standard": _("Term: %(months)s months, the standard term of this level."),
    "term_differs": _(
        "Term: %(months)s months; the standard term is %(standard_months)s months,"
        " so a reason must be on record."
    ),
    "term": _("Term: %(months)s months."),
    # What follows
    "standard": _("Full standard: %(rate_fen)s × %(months)s ÷ 12 = %(amount_fen)s yuan."),
    "standard_capped": _(
        "Full standard: %(rate_fen)s × %(months)s ÷ 12, at most %(cap_fen)s per person = %(amount_fen)s yuan."
    ),
    "advance_whole_term": _(
        "Advance: %(percent)s%% of the full standard of %(base_fen)s = %(amount_fen)s yuan,"
        " down to the whole fen."
    ),
    "advance_first_year": _(
        "Advance: %(percent)s%% of the first year's standard of %(base_fen)s (%(base_months)s months)"
        " = %(amount_fen)s yuan, down to the whole fen."
    ),
    "share": _("Share due: %(percent)s%%. %(note)s"),
    "due_half_up": _(
        "Due: %(rate_fen)s × %(months)s ÷ 12 × %(percent)s%% = %(amount_fen)s yuan,"
        " rounded once to the nearest fen."
    ),
    "due_down": _(
        "Due: %(rate_fen)s × %(months)s ÷ 12 × %(percent)s%% = %(amount_fen)s yuan, down to the whole fen."
    ),
    "due_capped": _("Due: %(percent)s%% of the full standard of %(standard_fen)s = %(amount_fen)s yuan."),
    "remainder": _("Remainder: due %(due_fen)s − advance %(advance_fen)s = %(amount_fen)s yuan."),
    "recovery": _(
        "Recovery: due %(due_fen)s − advance %(advance_fen)s = %(amount_fen)s yuan;"
        " %(recover_fen)s yuan of the advance is paid back."
    ),
    # Why not
    "before_in_force": _("%(number)s is in force from %(in_force_from)s; %(on)s lies before."),
    "after_in_force": _("%(number)s was in force until %(in_force_until)s; %(on)s lies after."),
    "succeeded": _("%(number)s was succeeded by %(successor)s on %(from)s; %(on)s is governed by that."),
    "no_rate": _("%(number)s has no rate for %(level)s."),
    "no_rate_by_kind": _("%(number)s has no rate for %(kind)s, %(level)s."),
    "term_too_long": _(
        "A term of %(months)s months is longer than the longest allowed, %(months_max)s months."
    ),
    "no_share": _("%(number)s sets no share for this outcome."),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step or refusal. `amount_fen` is the step's own result, None where it has none."""

    code: str
    article: str = ""
    amount_fen: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The sentence in the reader's language; amounts in yuan."""
        shown = {name: _shown(name, value) for name, value in self.params.items()}
        if self.amount_fen is not None:
            shown["amount_fen"] = yuan(self.amount_fen)
        return (str(SENTENCES[self.code]) % shown).strip()

    def as_json(self) -> dict[str, Any]:
        """What is stored: no sentence, so that it can be read in any language."""
        return {
            "code": self.code,
            "article": self.article,
            "amount_fen": self.amount_fen,
            "params": dict(self.params),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Step":
        """A step as it was stored by `as_json`."""
        return cls(stored["code"], stored["article"], stored["amount_fen"], stored["params"])


def _shown(name: str, value: Any) -> str:
    if name.endswith("_fen"):
        return yuan(value)
    if isinstance(value, dict):
        return str(Text.from_json(value))
    return str(value)

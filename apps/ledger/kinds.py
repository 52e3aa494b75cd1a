"""What the kinds of transactions are called. Whoever posts a kind names it here."""

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from apps.ledger.services.reversing import REVERSAL

_names: dict[str, str | Promise] = {REVERSAL: pgettext_lazy("ledger", "Reversal")}


def name_kinds(names: dict[str, str | Promise]) -> None:
    """Say what kinds are called; from the poster's `AppConfig.ready`."""
    _names.update(names)


def kind_label(code: str) -> str:
    """The name of a kind in the language of the moment; its code where nobody named it."""
    return str(_names.get(code, code))


def kind_choices() -> list[tuple[str, str]]:
    """Every named kind, for a list to choose from."""
    return sorted((code, str(name)) for code, name in _names.items())

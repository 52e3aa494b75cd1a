"""Money is whole fen. This is the one place where it is rounded, shown and read."""

import re

from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.core.folding import fold_width

FEN_PER_YUAN = 100
_YUAN_MAX_DIGITS = 13
_AMOUNT = re.compile(r"(?P<sign>[+-]?)(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.(?P<part>[0-9]{1,2}))?")


def half_up(numerator: int, denominator: int) -> int:
    """Divide and round to the nearest whole, a half away from zero.

    Raises ValueError for a denominator that is not positive and TypeError for anything but whole numbers:
    a float that slips in here would lose a fen elsewhere.
    """
    if not (isinstance(numerator, int) and isinstance(denominator, int)):
        raise TypeError("money is divided in whole numbers only")
    if denominator <= 0:
        raise ValueError("the denominator must be positive")
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return size if numerator >= 0 else -size


def yuan(fen: int, sign: bool = False) -> str:
    """Write fen as yuan with thousands and two decimals: "13,600.00"; with `sign` a gain carries its plus."""
    if not isinstance(fen, int):
        raise TypeError("an amount is a whole number of fen")
    whole, part = divmod(abs(fen), FEN_PER_YUAN)
    mark = "-" if fen < 0 else "+" if sign and fen > 0 else ""
    return f"{mark}{whole:,}.{part:02d}"


def parse_yuan(text: object) -> int:
    """Read an amount in yuan as a person types it and return fen: "13600", "13,600.5", full-width digits too.

    Raises InvalidInput for anything else: units, currency signs, exponents, a third decimal, blank. Nothing
    is guessed, since a guess about money is a mistake that nobody sees.
    """
    written = fold_width(str(text if text is not None else "")).strip()
    found = _AMOUNT.fullmatch(written)
    if found is None or not written:
        raise InvalidInput(
            _(
                "“%(text)s” is not an amount. Write it in yuan, with digits only and at most two decimals,"
                " for example 13600.00."
            )
            % {"text": written[:40]},
            code="invalid_amount",
        )
    whole = found["whole"].replace(",", "")
    if len(whole) > _YUAN_MAX_DIGITS:
        raise InvalidInput(
            _("The amount is too large. Check whether a decimal point is missing."), code="amount_too_large"
        )
    fen = int(whole) * FEN_PER_YUAN + int((found["part"] or "").ljust(2, "0"))
    return -fen if found["sign"] == "-" else fen

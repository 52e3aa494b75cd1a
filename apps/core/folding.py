"""Bringing typed text to one width."""

import unicodedata


def fold_width(text: str) -> str:
    """Fold full-width and other compatibility forms to plain ones (NFKC).

    Superscripts, circled digits and fractions stay as they are: folding would read 5² as 52.
    """
    if text.isascii():
        return text
    return "".join(c if unicodedata.category(c) == "No" else unicodedata.normalize("NFKC", c) for c in text)

"""Sentences that the system itself writes into a record: each reader has them in the own language.

    SET_OFF = Sentence("payouts.set_off", _("Set off against claim %(claim)s"))   # an app's `sentences.py`
    reason = SET_OFF.say(claim=claim.number)                                      # a service

Stored is a code with its figures, `[[payouts.set_off {"claim": "SQ-1"}]]`; read is the sentence. What people
wrote, and what was stored as a sentence before, passes through. A sentence of a code that is no
longer known shows as it is stored, rather than not at all.
"""

import json
import re
from typing import Any, Self

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression
from django.utils.functional import Promise

_STORED = re.compile(r"\[\[([a-z_]+\.[a-z_]+)(?: (\{.*\}))?\]\]")
_known: dict[str, Promise] = {}


class Said(str):
    """A sentence in the reader's language that knows under which code it is stored."""

    __slots__ = ("stored",)
    stored: str

    @classmethod
    def of(cls, stored: str) -> Self:
        """What is stored, in the words of the moment."""
        said = cls("\n".join(_in_words(line) for line in stored.split("\n")))
        said.stored = stored
        return said

    def strip(self, chars: Any = None, /) -> str:
        """Itself: a sentence of the system has no spaces around it, and shall not lose its code."""
        return self if chars is None else super().strip(chars)


class Sentence:
    """One sentence of the system with its code, `app.name`; the text has named places, `%(claim)s`."""

    def __init__(self, code: str, text: Promise) -> None:
        if _known.setdefault(code, text) is not text:
            raise ValueError(f"two sentences have the code {code}")
        self.code = code

    def say(self, **figures: object) -> Said:
        """The sentence with its figures. Days are handed over as `isoformat`, numbers of records as texts.

        A figure that is a sentence of the system itself stays one.
        """
        texts = {name: value if isinstance(value, str) else str(value) for name, value in figures.items()}
        plain = {name: as_stored(text) for name, text in texts.items()}
        told = " " + json.dumps(plain, ensure_ascii=False) if plain else ""
        return Said.of(f"[[{self.code}{told}]]")


def as_stored(text: str) -> str:
    """What is written into a record or handed to the database for a text that may be a sentence.

    Nobody speaks in the system's name: what somebody typed in the form of a stored sentence is parted, and is
    shown as it was typed but for a space.
    """
    if isinstance(text, Said):
        return text.stored
    return "\n".join(_parted(line) for line in text.split("\n")) if "[[" in text else text


def _parted(line: str) -> str:
    return line.replace("[[", "[ [", 1) if _STORED.fullmatch(line) else line


def in_words(stored: str) -> str:
    """A text as it is stored, in the reader's language; for what does not come through a field."""
    return Said.of(stored) if "[[" in stored else stored


def _in_words(line: str) -> str:
    found = _STORED.fullmatch(line)
    if found is None or found[1] not in _known:
        return line
    try:
        figures = json.loads(found[2] or "{}")
        return str(_known[found[1]]) % {name: in_words(str(value)) for name, value in figures.items()}
    except (ValueError, KeyError, RecursionError):
        return line


class _SaidField(models.Field):
    """A text that may hold sentences of the system: codes in the database, words in Python."""

    def from_db_value(
        self, value: str | None, _expression: Expression, _connection: BaseDatabaseWrapper
    ) -> str | None:
        return value if value is None else in_words(value)

    def get_prep_value(self, value: Any) -> Any:
        # Before the field's own preparation, which would make a plain text of the words.
        return super().get_prep_value(as_stored(value) if isinstance(value, str) else value)

    def deconstruct(self) -> Any:
        """As the plain field: the column is the same, and a migration has nothing to put into words."""
        name, _path, args, kwargs = super().deconstruct()
        return name, f"django.db.models.{self.get_internal_type()}", args, kwargs


class SaidTextField(_SaidField, models.TextField):
    """`TextField` whose sentences of the system each reader has in the own language."""


class SaidCharField(_SaidField, models.CharField):
    """`CharField` whose sentences of the system each reader has in the own language."""

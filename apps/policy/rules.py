"""A policy document, read: its header, its levels and every parameter by date.

`Rules` is built from the document's content (the same JSON whether it came from files or from the
database), carries the content's SHA-256 as its identity, and never changes.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from apps.policy.parameters import PARAMETERS
from apps.policy.problems import MissingParameter
from apps.policy.texts import Text


@dataclass(frozen=True, slots=True)
class Level:
    """A skill level: its code, its names and its rank (higher is more skilled)."""

    code: str
    name: Text
    rank: int


@dataclass(frozen=True, slots=True)
class Note:
    """A remark of the document that goes with every answer from a day on."""

    text: Text
    valid_from: date | None


@dataclass(frozen=True)
class Parameter:
    """One parameter: where it stands, what it says, and its values by date, oldest first."""

    name: str
    unit: str
    article: str
    note: Text
    choice: bool
    source: str
    values: tuple[tuple[date, Any], ...]

    @property
    def reference(self) -> str:
        """The article, with the document's number where it is another document's."""
        return f"{self.source} {self.article}".strip()

    def article_of(self, row_article: str) -> str:
        """The article of one row of a table: its own or the table's."""
        return f"{self.source} {row_article}".strip() if row_article else self.reference

    def at(self, on: date) -> Any:
        """The value on a day; None before the first and where the document sets none."""
        found = None
        for valid_from, value in self.values:
            if valid_from > on:
                break
            found = value
        return found


@dataclass(frozen=True, eq=False)
class Rules:
    """A whole document. Two are the same when their content is."""

    key: str
    number: str
    title: Text
    jurisdiction: str
    programme: str
    issued_on: date
    in_force_from: date
    in_force_until: date | None
    in_force_article: str
    succeeds: str
    notes: tuple[Note, ...]
    levels: Mapping[str, Level]
    own_levels: frozenset[str]
    occupation_kinds: Mapping[str, Text]
    parameters: Mapping[str, Parameter]
    content: Mapping[str, Any] = field(repr=False)
    sha256: str

    def __hash__(self) -> int:
        return hash(self.sha256)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rules) and self.sha256 == other.sha256

    def parameter(self, name: str) -> Parameter:
        """The parameter as the document states it; raises MissingParameter."""
        try:
            return self.parameters[name]
        except KeyError:
            raise MissingParameter(self.key, name, self.in_force_from) from None

    def value(self, name: str, on: date) -> Any:
        """The value of a parameter on a day; raises MissingParameter where the document sets none.

        Optional parameters that the document leaves open give what holds without them (`late_certificate`),
        or None (`minimum_monthly_wage`, `person_cap`).
        """
        spec = PARAMETERS[name]
        found = self.parameters[name].at(on) if name in self.parameters else None
        if found is None and spec.required:
            raise MissingParameter(self.key, name, on)
        return spec.default if found is None else found

    def article(self, name: str) -> str:
        """The article that a parameter stands in."""
        return self.parameter(name).reference

    def in_force(self, on: date) -> bool:
        """Whether the day lies within the document's own dates."""
        return self.in_force_from <= on and (self.in_force_until is None or on <= self.in_force_until)

    def notes_on(self, on: date) -> list[Text]:
        """The remarks that go with an answer for this day."""
        return [note.text for note in self.notes if note.valid_from is None or note.valid_from <= on]

    @cached_property
    def choices(self) -> tuple[Parameter, ...]:
        """Parameters in which the city chose, since the document is silent."""
        return tuple(parameter for parameter in self.parameters.values() if parameter.choice)


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of a document's content, whatever order its keys were written in."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()

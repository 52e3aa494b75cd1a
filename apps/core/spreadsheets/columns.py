"""What a table's columns are: one declaration for template, reader and list of rows to correct."""

from dataclasses import dataclass, field
from typing import Literal

from django.conf import settings
from django.utils.translation import override

from apps.core.errors import Message, Problem


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    `title` is the header in every language of the site, `also` are headers that people write as well. `text`:
    digits matter (ID numbers, bank accounts), so a cell typed as a number is refused row by row: its tail is
    lost already. `required`: the column must be there; whether a cell may be empty is the caller's business.
    `choices` become a list in the template. `kind` says how values are written: "text", "number" (int),
    "yuan" (fen, shown in yuan), "day" (date).
    """

    key: str
    title: Message
    text: bool = False
    required: bool = True
    choices: tuple[Message, ...] = ()
    note: Message = ""
    example: Message = ""
    width: int = 16
    also: tuple[str, ...] = ()
    kind: Literal["text", "number", "yuan", "day"] = "text"

    def titles(self) -> list[str]:
        """Every header that means this column."""
        return [*in_every_language(self.title), *self.also]


@dataclass(slots=True)
class Row:
    """One row of a table as it stands in the file.

    `number` is the row as its author sees it (the header is mostly row 1), `cells` are stripped texts by
    column key, None where a cell is empty or the column is absent. `problems` were found while reading; a
    row that has any must not be taken, whatever its cells look like.
    """

    number: int
    cells: dict[str, str | None]
    problems: list[Problem] = field(default_factory=list)

    def __getitem__(self, key: str) -> str | None:
        return self.cells[key]


def in_every_language(text: Message) -> list[str]:
    """A text in each language of the site, each once."""
    found = []
    for code, _name in settings.LANGUAGES:
        with override(code):
            found.append(str(text))
    return list(dict.fromkeys(found))

"""What the larger components of templates/components/ are given: plain values, made by a door for one page.

A template that gets one of these needs no query and no business rule of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext as _

Text = str | Promise
Tone = Literal["neutral", "info", "good", "warn", "bad", "money"]


@dataclass(frozen=True)
class Step:
    """One stage of `<c-steps :steps=…>`."""

    label: Text
    state: Literal["done", "current", "todo", "failed"] = "todo"
    on: date | None = None
    url: str = ""


@dataclass(frozen=True)
class Entry:
    """One line of `<c-timeline :entries=…>`: what happened, when, by whom and why."""

    what: Text
    at: datetime | date
    who: Text = ""
    role: Text = ""
    reason: Text = ""
    tone: Tone = "info"
    details: Sequence[Text] = ()
    url: str = ""


@dataclass(frozen=True)
class Check:
    """One line of `<c-checklist :items=…>`; `result` empty means not looked at yet."""

    label: Text
    result: Literal["pass", "fail", "note", ""] = ""
    article: Text = ""
    remark: Text = ""
    url: str = ""


@dataclass(frozen=True)
class Document:
    """One line of `<c-documents :documents=…>`; without an address it is still missing."""

    label: Text
    url: str = ""
    name: str = ""
    size: int | None = None
    at: datetime | date | None = None
    sha256: str = ""
    article: Text = ""
    required: bool = True
    who: Text = ""


@dataclass(frozen=True)
class Series:
    """One colour of a chart: a name and a number for each category."""

    name: Text
    values: Sequence[int | None]


@dataclass(frozen=True)
class Chart:
    """The numbers of `<c-chart :chart=…>`, drawn and written as a table from the same values.

    `unit` "fen" formats money and writes yuan; otherwise values are counts and `unit_label` names what is
    counted. `links` gives, for each category, the page that lists the records behind the number.
    """

    key: str
    title: Text
    kind: Literal["bar", "stacked", "line", "funnel", "pie"]
    categories: Sequence[Text]
    series: Sequence[Series]
    category_label: Text = ""
    unit: Literal["fen", ""] = ""
    unit_label: Text = ""
    links: Sequence[str] = field(default=())
    horizontal: bool = False
    # Of a funnel: for each stage the place of the stage that its share is taken of; None writes no share.
    share_of: Sequence[int | None] = field(default=())

    @property
    def element_id(self) -> str:
        return f"chart-{self.key}"

    @property
    def data(self) -> dict[str, Any]:
        """The JSON that static/js/charts.js reads."""
        return {
            "kind": self.kind,
            "title": str(self.title),
            "unit": self.unit,
            "unit_label": str(_("yuan") if self.unit == "fen" else self.unit_label),
            "horizontal": self.horizontal,
            "share_of": list(self.share_of),
            "categories": [str(name) for name in self.categories],
            "series": [{"name": str(row.name), "values": list(row.values)} for row in self.series],
            "links": list(self.links),
        }

    @property
    def rows(self) -> list[tuple[Text, str, list[int | None]]]:
        """The table beside the drawing: category, its address, one number for each series."""
        links = [*self.links, *[""] * (len(self.categories) - len(self.links))]
        return [
            (name, links[index], [row.values[index] for row in self.series])
            for index, name in enumerate(self.categories)
        ]

    @property
    def is_empty(self) -> bool:
        return not any(value for row in self.series for value in row.values)


@dataclass(frozen=True)
class Pager:
    """The foot of a keyset list, `<c-pager :pager=…>`; a total of None is not counted on purpose."""

    next_url: str = ""
    first_url: str = ""
    previous_url: str = ""
    shown: int = 0
    total: int | None = None

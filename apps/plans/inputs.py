"""What a door hands in for the parts of a plan: plain values, codes instead of rows.

`row_key` is the row's own name, made by whoever shows an empty row; without one the service finds the
row by what it says or makes a new one.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Basics:
    """The first step. `institution_id` and `entrusted_to_id` are organisation ids."""

    title: str
    institution_id: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    contact_name: str = ""
    contact_phone: str = ""
    monthly_wage_fen: int | None = None
    includes_dispatched: bool = False
    entrusted_to_id: int | None = None


@dataclass(frozen=True)
class LineRow:
    """So many people in one occupation at one level, for whole months."""

    occupation: str
    level: str
    headcount: int
    term_months: int
    term_reason: str = ""
    row_key: str = ""


@dataclass(frozen=True)
class CourseRow:
    """A course; `line_key` names the line that it is for, empty for all apprentices."""

    name: str
    kind: str
    place: str
    hours: int
    line_key: str = ""
    row_key: str = ""


@dataclass(frozen=True)
class MentorRow:
    """A mentor or teacher. `id_number` is optional and only kept as its keyed hash."""

    side: str
    name: str
    qualification: str
    years: int | None = None
    certificate_level: str = ""
    title_grade: str = ""
    certificate_no: str = ""
    occupation: str = ""
    fit_and_of_good_conduct: bool = False
    id_number: str = ""
    row_key: str = ""


@dataclass(frozen=True)
class TextbookRow:
    title: str
    kind: str
    publisher: str = ""
    isbn: str = ""
    row_key: str = ""


Row = LineRow | CourseRow | MentorRow | TextbookRow

"""Judge one row of a roster on its own: what can be said without looking at anybody else.

Pure: no database, no clock, no language. The form for one apprentice and the file of 100,000 go
through the same function, so they can never disagree.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from apps.apprentices.enums import PersonStatus, PostKind
from apps.apprentices.problems import finding
from apps.apprentices.requirements import Requirements
from apps.apprentices.roster import words
from apps.apprentices.roster.days import UnreadableDay, add_months, read_day
from apps.core.identifiers import IdNumber, InvalidIdentifier, parse_id_number, parse_mobile, parse_name

FIELDS = (
    "name",
    "id_number",
    "mobile",
    "post_kind",
    "contract_from",
    "contract_to",
    "insured_in_city",
    "person_status",
    "agreement_signed_on",
    "remark",
)
REMARK_LENGTH_MAX = 200
# Texts of one column that are kept with their meaning: a file of other texts only must not fill the memory.
MEANINGS_MAX = 5_000
Cells = Sequence[Any]
Marks = Sequence[tuple[str, str]]
Finding = dict[str, Any]


class GoodRow(NamedTuple):
    """A row in which nothing is wrong by itself."""

    row: int
    name: str
    id_number: str
    birth_date: date
    sex: str
    mobile: str
    post_kind: str
    person_status: str
    contract_from: date
    contract_to: date | None
    insured_in_city: bool
    agreement_signed_on: date | None
    remark: str


class NotAtOnce(LookupError):
    """A cell in which something is wrong: the row has to be looked at with care."""


class Meanings(dict[Any, Any]):
    """What the cells of one column mean, worked out once for each text; raises NotAtOnce for a wrong one."""

    def __init__(self, read: Callable[[object, list[Finding]], Any]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, cell: object) -> Any:
        found: list[Finding] = []
        meaning = self._read(cell, found)
        if found:
            raise NotAtOnce
        if len(self) < MEANINGS_MAX:
            self[cell] = meaning
        return meaning


@dataclass
class Judged:
    """What became of some rows: the good ones, and the reasons of each other one by its number."""

    good: list[GoodRow] = field(default_factory=list)
    bad: dict[int, list[Finding]] = field(default_factory=dict)


class Judge:
    """Judges rows against the requirements of one day.

    The bounds are worked out once; a row costs some comparisons beside the reading of its cells.
    """

    def __init__(self, requirements: Requirements) -> None:
        self.requirements = requirements
        self.on = requirements.on
        self.born_by = requirements.born_by
        self.born_after = requirements.born_after
        self._starts = Meanings(self._start)
        self._ends = Meanings(self._end)
        self._post_kinds = Meanings(self._post_kind)
        self._statuses = Meanings(self._status)
        self._insurances = Meanings(self._insured)
        self._signings = Meanings(self._agreement)
        self._remarks = Meanings(self._remark)

    def rows(self, rows: Sequence[tuple[int, Cells, Marks]]) -> Judged:
        """Judge rows given as (number, cells, marks); cells stand in the order of FIELDS.

        Marks are what the reader of a file found wrong with a cell; nothing else is said about that cell.
        """
        judged = Judged()
        for number, cells, marks in rows:
            good = None if marks else self.quick(number, cells)
            if good is None:
                found = self.row(number, cells)
                if isinstance(found, GoodRow) and not marks:
                    good = found
                else:
                    faults = found if isinstance(found, list) else []
                    judged.bad[number] = _marked(marks, faults) if marks else faults
                    continue
            judged.good.append(good)
        return judged

    def quick(self, number: int, cells: Cells) -> GoodRow | None:
        """What `row` says of a row of texts in which nothing is wrong, None where that is not sure at once.

        A roster repeats a few words and days by the thousand: what a cell means is looked up.
        """
        name, identity, mobile, post_kind, first, last, insured, status, signed_on, remark = cells
        try:
            contract_from, earliest_end = self._starts[first]
            contract_to = self._ends[last]
            if contract_to is not None and contract_to < earliest_end:
                return None
            number_18, birth_date, sex, _warnings = parse_id_number(identity, on=self.on)
            if birth_date > self.born_by or birth_date <= self.born_after[sex]:
                return None
            return GoodRow(
                number,
                parse_name(name),
                number_18,
                birth_date,
                sex,
                parse_mobile(mobile),
                self._post_kinds[post_kind],
                self._statuses[status],
                contract_from,
                contract_to,
                self._insurances[insured],
                self._signings[signed_on],
                self._remarks[remark],
            )
        except (InvalidIdentifier, NotAtOnce):
            return None

    def row(self, number: int, cells: Cells) -> GoodRow | list[Finding]:
        """The row as read, or every reason at once why it cannot be taken."""
        found: list[Finding] = []
        name = self._name(cells[0], found)
        identity = self._identity(cells[1], found)
        mobile = self._mobile(cells[2], found)
        post_kind = self._post_kind(cells[3], found)
        contract_from, contract_to = self._contract(cells[4], cells[5], found)
        insured = self._insured(cells[6], found)
        status = self._status(cells[7], found)
        signed_on = self._agreement(cells[8], found)
        remark = self._remark(cells[9], found)
        if found or identity is None or contract_from is None:
            return found
        return GoodRow(
            number,
            name,
            identity.number,
            identity.birth_date,
            identity.sex,
            mobile,
            post_kind,
            status,
            contract_from,
            contract_to,
            insured,
            signed_on,
            remark,
        )

    def _name(self, cell: object, found: list[Finding]) -> str:
        try:
            return parse_name(cell)
        except InvalidIdentifier as refusal:
            found.append(finding(refusal.code, "name"))
            return ""

    def _identity(self, cell: object, found: list[Finding]) -> IdNumber | None:
        try:
            identity = parse_id_number(cell, on=self.on)
        except InvalidIdentifier as refusal:
            found.append(finding(refusal.code, "id_number"))
            return None
        if identity.birth_date > self.born_by:
            found.append(finding("too_young", "id_number", least=self.requirements.age_min))
        elif identity.birth_date <= self.born_after[identity.sex]:
            found.append(finding("too_old", "id_number", most=self.requirements.age_end[identity.sex]))
        return identity

    def _mobile(self, cell: object, found: list[Finding]) -> str:
        try:
            return parse_mobile(cell)
        except InvalidIdentifier as refusal:
            found.append(finding(refusal.code, "mobile"))
            return ""

    def _post_kind(self, cell: object, found: list[Finding]) -> str:
        word = _word(cell)
        kind = words.POST_KINDS.get(word)
        if kind is None:
            found.append(finding("post_kind_unknown" if word else "post_kind_blank", "post_kind"))
            return ""
        if kind == PostKind.DISPATCHED and not self.requirements.dispatched_allowed:
            found.append(finding("dispatched", "post_kind"))
        return kind

    def _contract(self, first: object, last: object, found: list[Finding]) -> tuple[date | None, date | None]:
        faults = len(found)
        contract_from = _day(first, "contract_from", found)
        open_ended = _is_open_ended(last)
        contract_to = None if open_ended else _day(last, "contract_to", found)
        if len(found) > faults:
            return None, None
        if contract_from is None:
            found.append(finding("contract_from_blank", "contract_from"))
        elif contract_to is None:
            if not open_ended:
                found.append(finding("contract_to_blank", "contract_to"))
        else:
            months = self.requirements.contract_months_min
            if contract_to < contract_from:
                found.append(finding("contract_order", "contract_to"))
            elif contract_to < _last_day(contract_from, months):
                found.append(finding("contract_too_short", "contract_to", least=months))
            elif contract_to < self.on:
                found.append(finding("contract_over", "contract_to"))
        return contract_from, contract_to

    def _start(self, cell: object, found: list[Finding]) -> tuple[date, date] | None:
        """The first day of a contract, and the earliest last day that is late enough."""
        first = _day(cell, "contract_from", found)
        if first is None:
            found.append(finding("contract_from_blank", "contract_from"))
            return None
        return first, max(first, _last_day(first, self.requirements.contract_months_min), self.on)

    def _end(self, cell: object, found: list[Finding]) -> date | None:
        """The last day of a contract, None where it has none."""
        if _is_open_ended(cell):
            return None
        last = _day(cell, "contract_to", found)
        if last is None:
            found.append(finding("contract_to_blank", "contract_to"))
        return last

    def _insured(self, cell: object, found: list[Finding]) -> bool:
        word = _word(cell)
        insured = words.YES_NO.get(word)
        if insured is None:
            found.append(finding("insured_unknown" if word else "insured_blank", "insured_in_city"))
            return False
        if not insured and self.requirements.insurance_required:
            found.append(finding("not_insured", "insured_in_city"))
        return insured

    def _status(self, cell: object, found: list[Finding]) -> str:
        status = words.PERSON_STATUSES.get(_word(cell))
        if status is None:
            found.append(finding("person_status_unknown", "person_status"))
            return PersonStatus.EMPLOYEE
        if status in self.requirements.excluded:
            found.append(finding(status, "person_status"))
        return status

    def _agreement(self, cell: object, found: list[Finding]) -> date | None:
        signed_on = _day(cell, "agreement_signed_on", found)
        if signed_on is not None and signed_on > self.on:
            found.append(finding("agreement_in_future", "agreement_signed_on"))
        return signed_on

    def _remark(self, cell: object, found: list[Finding]) -> str:
        if cell is None or cell == "":
            return ""
        text = str(cell).strip().replace("\x00", "")
        if len(text) > REMARK_LENGTH_MAX:
            found.append(finding("cell_too_long", "remark", most=REMARK_LENGTH_MAX))
        return text


def _marked(marks: Marks, found: list[Finding]) -> list[Finding]:
    """The reader's reasons, and those of the judge about other cells."""
    cells = {name for name, _code in marks}
    read = [
        finding("id_numeric" if code == "number_cell" else f"reader_{code}", name) for name, code in marks
    ]
    return read + [one for one in found if one["field"] not in cells]


@lru_cache(maxsize=20_000)
def _last_day(first: date, months: int) -> date:
    """The last day of so many whole months that begin with `first` (Civil Code, article 202).

    Where the month has no such day the term ends with the month: a year from 29 February on ends on the 28th.
    """
    later = add_months(first, months)
    return later - timedelta(days=1) if later.day == first.day else later


def _day(cell: object, name: str, found: list[Finding]) -> date | None:
    try:
        return read_day(cell)
    except UnreadableDay as refusal:
        found.append(finding(refusal.code, name))
        return None


def _is_open_ended(cell: object) -> bool:
    return isinstance(cell, str) and _word(cell) in words.OPEN_ENDED


def _word(cell: object) -> str:
    """A cell as a word to look up."""
    if isinstance(cell, str):
        return _plain(cell)
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return "" if cell is None else _plain(str(cell))


@lru_cache(maxsize=10_000)
def _plain(text: str) -> str:
    return words.plain(text[:100])

"""Bank profiles: what each bank's files look like, read strictly from `fixtures/banks/*.yml`."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.banking.formats.contents import Outcome
from apps.core.errors import NotFound

Kind = Literal["text", "amount", "count", "day"]
# Within what a serial number counts once: the account (""), or the day.
SerialWithin = Literal["", "day"]
LINE_ENDS = {"crlf": "\r\n", "lf": "\n"}
ENCODINGS = frozenset({"utf-8", "gb18030", "gbk"})
CHECKS = frozenset({"sha256"})
KINDS: dict[str, Kind] = {
    **dict.fromkeys(
        ("amount", "total", "paid_total", "failed_total", "opening", "closing", "debit", "credit",
         "balance", "debit_total", "credit_total"),
        "amount",
    ),
    **dict.fromkeys(("position", "count", "paid_count", "failed_count", "pending_count"), "count"),
    **dict.fromkeys(("pay_on", "paid_on", "day", "from_day", "to_day"), "day"),
    **dict.fromkeys(
        ("batch_number", "order_number", "payee_name", "payee_account", "payee_bank", "payee_bank_code",
         "payer_name", "payer_account", "payer_bank", "currency", "purpose", "status", "serial", "reason",
         "statement_number", "account", "counterparty_name", "counterparty_account", "reference"),
        "text",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a head or closing line: a fixed word, or a field."""

    text: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a bank's table. `bytes_max` counts in the bank's encoding; `blank` may be empty."""

    field: str
    title: str
    bytes_max: int = 0
    blank: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The form of a table: how it is encoded, what stands before, in and after its lines."""

    format: Literal["csv", "xlsx"]
    columns: tuple[Column, ...]
    encoding: str = "utf-8"
    bom: bool = False
    line_end: str = "\r\n"
    delimiter: str = ","
    amount: Literal["yuan", "fen"] = "yuan"
    day: str = "%Y%m%d"
    head: tuple[Cell, ...] = ()
    trailer: tuple[Cell, ...] = ()
    check: str = ""
    check_title: str = ""

    @property
    def shown_encoding(self) -> str:
        """The encoding as an officer reads it."""
        mark = _("with byte order mark") if self.bom else ""
        return f"{self.encoding.upper()} {mark}".strip()


@dataclass(frozen=True, slots=True)
class Message:
    """An ISO 20022 message; the character set that the bank takes in names is a choice of the bank."""

    message: Literal["pain.001.001.09", "camt.053.001.08"]
    names_max: int = 140


@dataclass(frozen=True, slots=True)
class Profile:
    """One bank: the writer of its payment files, the readers of its results and statements.

    `sha256` is the digest of the profile as it is written: a batch keeps it, so that a changed profile
    shows before a file is made anew. `serial_within` is "day" for a bank that begins its serial numbers anew
    each day: only together with the day do they say which movement it is (`values.whole_serial`).
    """

    key: str
    name_zh: str
    name_en: str
    payment: Table | Message
    result: Table
    statement: Table | Message
    status_words: Mapping[str, Outcome]
    sha256: str
    serial_within: SerialWithin = ""

    @property
    def name(self) -> str:
        """The bank's name in the language of the moment."""
        return self.name_en if (get_language() or "").startswith("en") else self.name_zh

    @property
    def ending(self) -> str:
        """The ending of a payment file's name."""
        return "xml" if isinstance(self.payment, Message) else self.payment.format


def all_profiles() -> tuple[Profile, ...]:
    """Every bank that has a profile, by key."""
    return tuple(_load().values())


def profile(key: str) -> Profile:
    """The profile of a bank. Raises NotFound for a key without one."""
    try:
        return _load()[key]
    except KeyError:
        raise NotFound(_("There is no profile for this bank."), code="no_such_bank") from None


@lru_cache(maxsize=1)
def _load() -> dict[str, Profile]:
    folder = Path(settings.BASE_DIR) / "fixtures" / "banks"
    return {path.stem: parse(path.stem, path.read_bytes()) for path in sorted(folder.glob("*.yml"))}


def parse(key: str, content: bytes) -> Profile:
    """Read one profile. Raises ValueError for a word that no form knows: a profile is never half read."""
    data = yaml.safe_load(content)
    names = data.pop("names")
    words = {word: Outcome(outcome) for word, outcome in data.pop("status_words").items()}
    serial_within = data.pop("serial_within", "")
    if serial_within not in get_args(SerialWithin):
        raise ValueError(f"{key}: serial_within is “day” or is not there")
    payment, result, statement = (data.pop(part) for part in ("payment", "result", "statement"))
    if data:
        raise ValueError(f"{key}: unknown parts {sorted(data)}")
    read = _form(key, result)
    if not isinstance(read, Table) or not read.trailer:
        raise ValueError(f"{key}: a result file is a table with a closing line")
    return Profile(
        key=key,
        name_zh=names["zh"],
        name_en=names["en"],
        payment=_form(key, payment),
        result=read,
        statement=_form(key, statement),
        status_words=words,
        sha256=hashlib.sha256(content).hexdigest(),
        serial_within=serial_within,
    )


def _form(key: str, data: dict[str, Any]) -> Table | Message:
    if "message" in data:
        return Message(**data)
    given = dict(data)
    given["columns"] = tuple(Column(**column) for column in data["columns"])
    for part in ("head", "trailer"):
        given[part] = tuple(Cell(**cell) for cell in data.get(part, ()))
    given["line_end"] = LINE_ENDS[data.get("line_end", "crlf")]
    form = Table(**given)
    fields = [column.field for column in form.columns]
    fields += [cell.field for cell in (*form.head, *form.trailer) if cell.field]
    unknown = set(fields) - set(KINDS)
    if unknown or form.encoding not in ENCODINGS or (form.check and form.check not in CHECKS):
        raise ValueError(f"{key}: unknown fields {sorted(unknown)}, encoding or check")
    if form.bom and form.encoding != "utf-8":
        raise ValueError(f"{key}: only UTF-8 has a byte order mark")
    return form

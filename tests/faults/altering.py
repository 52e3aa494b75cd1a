"""Alterations of a result file, and a second reader of what it says."""

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass

from apps.banking.formats.profiles import Profile
from tests.faults.schedule import FIRST_DAY


@dataclass
class Said:
    """What a file says of one order, as the reader here has it."""

    outcome: str
    amount: str
    serial: str
    day: str
    reason: str


def mutated(forms: Profile, content: bytes, dice: random.Random) -> bytes:
    """The file with one or two alterations; three in four times its closing lines are made to fit them."""
    end = forms.result.line_end.encode()
    lines = content.removesuffix(end).split(end)
    check = bool(forms.result.check)
    body = lines[:-1] if check else lines
    for _time in range(dice.choice((1, 1, 2))):
        body = dice.choice(_ALTERATIONS)(body, dice)
    if dice.random() < 0.75:
        body = _fitting(forms, body)
    if not check:
        return end.join(body) + end
    made = end.join(body) + end
    title = forms.result.check_title.encode(forms.result.encoding)
    digest = hashlib.new(forms.result.check, made).hexdigest().encode()
    if dice.random() < 0.1:
        digest = hashlib.new(forms.result.check, content).hexdigest().encode()
    return made + title + forms.result.delimiter.encode() + digest + end


def _fitting(forms: Profile, body: list[bytes]) -> list[bytes]:
    """Count and total of the closing line are made those of the lines, as far as they can be read."""
    read = read_again(forms, body)
    if read is None:
        return body
    found, cells = read, body[-1].decode(forms.result.encoding, "replace").split(forms.result.delimiter)
    sums = {"count": len(found), "total": sum(fen_of(said.amount) for _n, said in found)}
    for outcome in ("paid", "failed"):
        of = [said for _n, said in found if said.outcome == outcome]
        sums |= {f"{outcome}_count": len(of), f"{outcome}_total": sum(fen_of(said.amount) for said in of)}
    for place, cell in enumerate(forms.result.trailer):
        if cell.field in sums and place < len(cells):
            fen = sums[cell.field]
            cells[place] = f"{fen // 100}.{fen % 100:02d}" if cell.field.endswith("total") else str(fen)
    return [*body[:-1], forms.result.delimiter.join(cells).encode(forms.result.encoding, "replace")]


def fen_of(text: str) -> int:
    whole, _dot, part = text.partition(".")
    digits = (whole + part.ljust(2, "0")[:2]).lstrip("0") or "0"
    return int(digits) if digits.isascii() and digits.isdigit() else 0


def read_again(forms: Profile, body: list[bytes]) -> list[tuple[str, Said]] | None:
    """A second reading of the lines: plain splitting, no judgement. None where they cannot be told apart."""
    form = forms.result
    fields = [column.field for column in form.columns]
    words = {word: str(outcome) for word, outcome in forms.status_words.items()}
    found = []
    try:
        texts = [line.decode(form.encoding) for line in body]
    except UnicodeDecodeError:
        return None
    for text in texts[1 + bool(form.head) : -1]:
        cells = text.split(form.delimiter)
        if len(cells) != len(fields):
            return None
        line = dict(zip(fields, cells, strict=True))
        said = Said(
            words.get(line["status"], "?"), line["amount"], line.get("serial", ""), line.get("paid_on", ""),
            line.get("reason", ""),
        )  # fmt: skip
        found.append((line["order_number"], said))
    return found


Alteration = Callable[[list[bytes], random.Random], list[bytes]]


def _some(body: list[bytes], dice: random.Random) -> int:
    return dice.randrange(1, max(2, len(body) - 1))


def _flip(body: list[bytes], dice: random.Random) -> list[bytes]:
    place = dice.randrange(len(body))
    line = bytearray(body[place])
    if line:
        line[dice.randrange(len(line))] ^= 1 << dice.randrange(8)
    return [*body[:place], bytes(line), *body[place + 1 :]]


def _drop_line(body: list[bytes], dice: random.Random) -> list[bytes]:
    place = _some(body, dice)
    return body[:place] + body[place + 1 :]


def _double_line(body: list[bytes], dice: random.Random) -> list[bytes]:
    place = _some(body, dice)
    return [*body[:place], body[place], *body[place:]]


def _swap_lines(body: list[bytes], dice: random.Random) -> list[bytes]:
    one, other = _some(body, dice), _some(body, dice)
    made = list(body)
    made[one], made[other] = made[other], made[one]
    return made


def _swap_cells(body: list[bytes], dice: random.Random) -> list[bytes]:
    place = _some(body, dice)
    cells = body[place].split(b",")
    one, other = dice.randrange(len(cells)), dice.randrange(len(cells))
    cells[one], cells[other] = cells[other], cells[one]
    return [*body[:place], b",".join(cells), *body[place + 1 :]]


def _cell_of_another(body: list[bytes], dice: random.Random) -> list[bytes]:
    place, other = _some(body, dice), _some(body, dice)
    cells, theirs = body[place].split(b","), body[other].split(b",")
    if len(cells) == len(theirs):
        column = dice.randrange(len(cells))
        cells[column] = theirs[column]
    return [*body[:place], b",".join(cells), *body[place + 1 :]]


def _other_figure(body: list[bytes], dice: random.Random) -> list[bytes]:
    """A cell becomes something that people and programs write."""
    place = dice.randrange(len(body))
    cells = body[place].split(b",")
    odd = (b"", b"0", b"-1.00", b"1e3", b"1,000.00", b"NaN", b"0.01", b"99999999999999.99", b" ", b"\x00",
           "１２３".encode("gb18030"), b"20230230", b"20991231", b"=1+1", b"\xff\xfe")  # fmt: skip
    cells[dice.randrange(len(cells))] = dice.choice(odd)
    return [*body[:place], b",".join(cells), *body[place + 1 :]]


def _other_outcome(body: list[bytes], dice: random.Random) -> list[bytes]:
    """A payment is said to have gone otherwise, with all that belongs to it: a file of another truth."""
    place = _some(body, dice)
    cells = body[place].split(b",")
    if len(cells) < 4:
        return body
    if dice.random() < 0.5:
        cells[-4:] = ["交易失败".encode("gb18030"), b"", b"", "账户状态异常".encode("gb18030")]
    else:
        serial = f"{dice.randrange(10**17):018d}".encode()
        cells[-4:] = ["交易成功".encode("gb18030"), serial, f"{FIRST_DAY:%Y%m%d}".encode(), b""]
    return [*body[:place], b",".join(cells), *body[place + 1 :]]


def _recode(body: list[bytes], _dice: random.Random) -> list[bytes]:
    return [line.decode("gb18030", "replace").encode("utf-8") for line in body]


_ALTERATIONS: tuple[Alteration, ...] = (
    _flip, _flip, _drop_line, _double_line, _swap_lines, _swap_cells, _cell_of_another, _other_figure,
    _other_figure, _other_outcome, _other_outcome, _recode,
)  # fmt: skip

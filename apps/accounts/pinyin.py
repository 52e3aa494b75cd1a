"""How a Chinese name is sorted and searched: the embedded PostgreSQL knows no Chinese order."""

import os
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path

# Written by the set-up (`manage.py readings`): the library takes half a second and 50 MB to load, which every
# process would pay with its first name. The first line names the library, then each reading its characters.
READINGS = Path(__file__).with_name("readings.txt")
_FIRST, _LAST = 0x4E00, 0x9FFF


@lru_cache(maxsize=65536)
def pinyin(text: str) -> str:
    """The reading without tones, syllables apart by blanks, in small letters: 首钢 -> "shou gang"."""
    return _read(text)


# Surnames that are read otherwise than the character usually is.
_SURNAMES = {
    "曾": "zeng",
    "单": "shan",
    "解": "xie",
    "仇": "qiu",
    "查": "zha",
    "区": "ou",
    "盖": "ge",
    "朴": "piao",
    "覃": "qin",
    "乐": "yue",
    "翟": "zhai",
    "缪": "miao",
    "洗": "xian",
    "冼": "xian",
    "尉迟": "yu chi",
    "万俟": "mo qi",
    "长孙": "zhang sun",
    "单于": "chan yu",
}
_SURNAMES_BEGIN = frozenset(surname[0] for surname in _SURNAMES)


class _Readings(dict[str, str]):
    """The reading of a character; of anything else, itself in small letters."""

    def __missing__(self, character: str) -> str:
        self[character] = reading = _read(character).strip()
        return reading


@cache
def _readings() -> _Readings:
    """The table of the set-up; where there is none of this version, the library is asked as names come."""
    found = _Readings()
    if has_readings():
        for line in READINGS.read_text(encoding="utf-8").splitlines()[1:]:
            reading, characters = line.split()
            found.update(dict.fromkeys(characters, reading))
    return found


def has_readings() -> bool:
    """Whether the table is there, and of the library that is installed."""
    if not READINGS.is_file():
        return False
    with READINGS.open(encoding="utf-8") as file:
        return file.readline().strip() == _library()


def write_readings() -> int:
    """Write the table of all common characters anew; returns how many have a reading."""
    table: dict[str, list[str]] = {}
    for character in map(chr, range(_FIRST, _LAST + 1)):
        reading = _read(character)
        if reading.isascii() and reading.isalpha():
            table.setdefault(reading, []).append(character)
    lines = [_library(), *(f"{reading} {''.join(table[reading])}" for reading in sorted(table))]
    # Another process may be reading it.
    unfinished = READINGS.with_name(f".readings-{os.getpid()}")
    unfinished.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    unfinished.replace(READINGS)
    _readings.cache_clear()
    return sum(map(len, table.values()))


def _library() -> str:
    return f"pypinyin-{version('pypinyin')}"


def _read(text: str) -> str:
    from pypinyin import Style, lazy_pinyin

    return " ".join(lazy_pinyin(text, style=Style.NORMAL)).lower()


def name_pinyin(name: str) -> str:
    """The reading of a person's name: 曾小明 -> "zeng xiao ming".

    By character and with the surnames' own readings. Looking for words in it would be wrong for names,
    and takes as long as everything else that is done with the row of a roster.
    """
    readings = _readings()
    if name[:1] in _SURNAMES_BEGIN:
        for length in (2, 1):
            surname = _SURNAMES.get(name[:length])
            if surname is not None and len(name) > length:
                return " ".join((surname, *map(readings.__getitem__, name[length:])))
    if name.isascii():
        return name.lower()
    return " ".join(filter(None, map(readings.__getitem__, name)))

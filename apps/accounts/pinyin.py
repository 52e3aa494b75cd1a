"""How a Chinese name is sorted and searched: the embedded PostgreSQL knows no Chinese order."""

from functools import lru_cache


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


@lru_cache(maxsize=30_000)
def _reading(character: str) -> str:
    """The reading of one character; of anything else, itself in small letters."""
    return _read(character).strip()


def _read(text: str) -> str:
    # Its dictionaries take most of a second to load: a process pays for that with the first name.
    from pypinyin import Style, lazy_pinyin

    return " ".join(lazy_pinyin(text, style=Style.NORMAL)).lower()


def name_pinyin(name: str) -> str:
    """The reading of a person's name: 曾小明 -> "zeng xiao ming".

    By character and with the surnames' own readings. Looking for words in it would be wrong for names,
    and takes as long as everything else that is done with the row of a roster.
    """
    for length in (2, 1):
        surname = _SURNAMES.get(name[:length])
        if surname is not None and len(name) > length:
            return " ".join((surname, *map(_reading, name[length:])))
    if name.isascii():
        return name.lower()
    return " ".join(filter(None, map(_reading, name)))

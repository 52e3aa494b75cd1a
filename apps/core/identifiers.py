"""Numbers and names of people and firms: read as people type them, kept in one form, masked for the screen.

What is typed is folded first (full-width digits, spaces, zero-width marks), then read strictly in ASCII.
A refusal says what to do and never repeats the number: messages travel into files, pages and logs.
"""

import re
import unicodedata
from datetime import date
from functools import lru_cache
from operator import mul
from typing import NamedTuple

from django.utils.translation import gettext as _
from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, ValidationError

from apps.core import clock
from apps.core.errors import InvalidInput, Problem
from apps.core.folding import fold_width

MALE, FEMALE = "male", "female"

_ID = re.compile(r"[0-9]{17}[0-9X]")
_ID_OLD = re.compile(r"[0-9]{15}")
_ID_PLACES = 18
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_ID_YEAR_MIN = 1900
# GB/T 2260 by province; 81 to 83 stand on residence permits of Hong Kong, Macao and Taiwan residents, and
# a leading 9 on the foreigners' permanent residence card of 2023.
_PROVINCES = frozenset(
    str(number)
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
    for number in range(first, last + 1)
)
_ACCOUNT = re.compile(r"[0-9]{8,30}")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
NAME_LENGTH_MIN, NAME_LENGTH_MAX = 2, 50
_MARKS = str.maketrans(dict.fromkeys("•・‧∙⋅●\u119e", "·") | dict.fromkeys("‘’ʼ`", "'"))
_CJK = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_NAME = re.compile(rf"[{_CJK}A-Za-z\u00c0-\u024f\u1e00-\u1eff·' .\-]+")
_PLAIN_NAME = re.compile(r"[\u4e00-\u9fff]{2,50}")
# What copying from a message or a page leaves at either end.
_UNSEEN_ENDS = " \u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff\u00a0\u3000\t\r\n"
# The full stop that some input methods give for the middle dot.
_STOP_BETWEEN_CJK = re.compile(rf"(?<=[{_CJK}]) *\. *(?=[{_CJK}])")
_CJK_LETTER = re.compile(rf"[{_CJK}]")
_SPACE_BETWEEN_CJK = re.compile(rf"(?<=[{_CJK}·]) +(?=[{_CJK}·])")


class InvalidIdentifier(InvalidInput):
    """A number or a name that cannot be one; `code` says which rule it broke."""


class IdNumber(NamedTuple):
    """A valid citizen identity number of 18 places and what it tells.

    `warnings` are doubts which do not refuse it: areas are abolished over the years, people keep their code.
    """

    number: str
    birth_date: date
    sex: str
    warnings: tuple[Problem, ...] = ()

    def age(self, on: date) -> int:
        """Full years on a day."""
        before_birthday = (on.month, on.day) < (self.birth_date.month, self.birth_date.day)
        return on.year - self.birth_date.year - before_birthday


def fold(raw: object) -> str:
    """Bring typed text to one form: compatibility characters folded, spaces and invisible marks taken out.

    A leading apostrophe, which spreadsheets show to keep a number as text, goes as well.
    """
    text = raw if isinstance(raw, str) else "" if raw is None else str(raw)
    if text.isascii() and text.isalnum():
        return text
    text = fold_width(text)
    return "".join(c for c in text if not c.isspace() and unicodedata.category(c) != "Cf").lstrip("'")


def parse_id_number(raw: object, *, on: date | None = None) -> IdNumber:
    """Read a citizen identity number and return it with the birth date and the sex it holds.

    `on` is the day that the birth date may not lie after: today in Beijing where it is not given.
    Raises InvalidIdentifier (`id_blank`, `id_old_form`, `id_length`, `id_characters`, `id_birth_date`,
    `id_future`, `id_checksum`). Source: GB 11643-1999.
    """
    number = raw if isinstance(raw, str) else ""
    if _ID.fullmatch(number) is None:
        number = fold(raw).upper()
        if _ID.fullmatch(number) is None:
            raise _not_an_id_number(number)
    birth_date, birth_weighted = _birth_date(number[6:14])
    if birth_date is None:
        raise InvalidIdentifier(
            _("Places 7 to 14 of the ID number are not a date of birth. Copy it again from the ID card."),
            code="id_birth_date",
        )
    if birth_date > (on or clock.today()):
        raise InvalidIdentifier(
            _("The date of birth in the ID number lies in the future. Copy it again from the ID card."),
            code="id_future",
        )
    weighted = _weighted(number[:6], 0) + birth_weighted + _weighted(number[14:17], 14)
    if _ID_CHECKS[weighted % len(_ID_CHECKS)] != number[17]:
        raise InvalidIdentifier(
            _(
                "The last place of the ID number does not fit the others: a digit is wrong or two swapped."
                " Copy the number again from the ID card."
            ),
            code="id_checksum",
        )
    sex = MALE if number[16] in "13579" else FEMALE
    if number[:2] in _PROVINCES or number[0] == "9":
        return IdNumber(number, birth_date, sex)
    return IdNumber(number, birth_date, sex, (_unknown_region(),))


@lru_cache(maxsize=50_000)
def _weighted(digits: str, first: int) -> int:
    """What the digits from place `first` on add to the sum that the last place checks.

    The parts of a number repeat by the thousand in a roster: areas, days, the three places of order.
    """
    return sum(map(mul, map(int, digits), _ID_WEIGHTS[first:]))


@lru_cache(maxsize=50_000)
def _birth_date(digits: str) -> tuple[date | None, int]:
    """The day written as eight digits, None where there is none, and what the digits add to the sum."""
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None, 0
    return (day if day.year >= _ID_YEAR_MIN else None), _weighted(digits, 6)


def _unknown_region() -> Problem:
    return Problem(
        "id_region",
        _("The first two places of the ID number name no province. Compare the number with the ID card."),
        field="id_number",
    )


def _not_an_id_number(number: str) -> InvalidIdentifier:
    if not number:
        return InvalidIdentifier(_("Enter the ID number, all 18 places of it."), code="id_blank")
    if _ID_OLD.fullmatch(number):
        return InvalidIdentifier(
            _(
                "This is an ID number of the old form with 15 digits, which has not been valid since 2013."
                " Enter the 18-place number of the person's present ID card."
            ),
            code="id_old_form",
        )
    if len(number) != _ID_PLACES:
        return InvalidIdentifier(
            _(
                "An ID number has 18 places; here are %(count)s. Copy it from the ID card."
                " Passports and travel permits cannot be used here."
            )
            % {"count": len(number)},
            code="id_length",
        )
    return InvalidIdentifier(
        _("An ID number has 17 digits and then a digit or X. Take out every other character."),
        code="id_characters",
    )


def parse_uscc(raw: object) -> str:
    """Read a unified social credit code (GB 32100-2015), 18 places.

    Raises InvalidIdentifier (`uscc_blank`, `uscc_checksum`, `uscc_form`).
    """
    code = fold(raw).upper().replace("-", "")
    if not code:
        raise InvalidIdentifier(
            _("Enter the unified social credit code from the business licence."), code="uscc_blank"
        )
    try:
        return str(uscc.validate(code))
    except InvalidChecksum as error:
        raise InvalidIdentifier(
            _(
                "The last place of the unified social credit code does not fit the others."
                " Copy it again from the business licence."
            ),
            code="uscc_checksum",
        ) from error
    except ValidationError as error:
        raise InvalidIdentifier(
            _(
                "A unified social credit code has 18 digits and capital letters, never I, O, S, V or Z."
                " Copy it again from the business licence."
            ),
            code="uscc_form",
        ) from error


def parse_bank_account(raw: object) -> str:
    """Read the number of a bank account: 8 to 30 digits; spaces and hyphens between them are taken out.

    Raises InvalidIdentifier (`account_blank`, `account_form`).
    """
    number = fold(raw).replace("-", "")
    if not number:
        raise InvalidIdentifier(_("Enter the number of the bank account."), code="account_blank")
    if _ACCOUNT.fullmatch(number) is None:
        raise InvalidIdentifier(
            _("A bank account's number has 8 to 30 digits, nothing else. Copy it from the bank's document."),
            code="account_form",
        )
    return number


def parse_mobile(raw: object) -> str:
    """Read a mobile number of the mainland, with or without +86, and return its 11 digits.

    Raises InvalidIdentifier (`mobile_blank`, `mobile_form`).
    """
    if isinstance(raw, str) and _MOBILE.fullmatch(raw):
        return raw
    number = fold(raw).replace("-", "")
    if not number:
        raise InvalidIdentifier(_("Enter the mobile number."), code="mobile_blank")
    for prefix in ("+86", "0086", "86"):
        if number.startswith(prefix) and len(number) == len(prefix) + 11:
            number = number.removeprefix(prefix)
            break
    if _MOBILE.fullmatch(number) is None:
        raise InvalidIdentifier(
            _("A mobile number has 11 digits and starts with 13 to 19. Check the digits."), code="mobile_form"
        )
    return number


def parse_name(raw: object) -> str:
    """Read a person's name: 2 to 50 Chinese or Latin letters, with a middle dot where there is one.

    The dots that people type for it become `·`, which every bank's encoding knows; spaces between Chinese
    characters go. Raises InvalidIdentifier (`name_blank`, `name_hidden`, `name_characters`, `name_length`).
    """
    text = raw if isinstance(raw, str) else "" if raw is None else str(raw)
    if _PLAIN_NAME.fullmatch(text):
        return text
    text = text.strip().strip(_UNSEEN_ENDS)
    if any(_is_unseen(c) for c in text):
        raise InvalidIdentifier(
            _("The name contains characters that cannot be seen or belong to one font only. Type it anew."),
            code="name_hidden",
        )
    name = unicodedata.normalize("NFKC", text).translate(_MARKS)
    name = _SPACE_BETWEEN_CJK.sub("", re.sub(r"\s+", " ", name.strip()))
    name = _STOP_BETWEEN_CJK.sub("·", name).lstrip("'")
    if not name:
        raise InvalidIdentifier(_("Enter the name as it stands on the ID card."), code="name_blank")
    if _NAME.fullmatch(name) is None or not any(c.isalpha() or c == "〇" for c in name):
        raise InvalidIdentifier(
            _("A name has Chinese or Latin letters and perhaps a middle dot. Take out everything else."),
            code="name_characters",
        )
    if not NAME_LENGTH_MIN <= len(name) <= NAME_LENGTH_MAX:
        raise InvalidIdentifier(
            _("A name has %(least)s to %(most)s characters. Write it as on the ID card.")
            % {"least": NAME_LENGTH_MIN, "most": NAME_LENGTH_MAX},
            code="name_length",
        )
    return name


def _is_unseen(character: str) -> bool:
    """Whether nothing, or something else in each font, is shown; this Python knows no newer CJK letters."""
    unseen = unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn")
    return unseen and not _CJK_LETTER.match(character)


def mask_id(number: str) -> str:
    """An ID number of which four places show at either end."""
    return f"{number[:4]}{'*' * 10}{number[-4:]}" if len(number) == _ID_PLACES else "*" * len(number)


def mask_account(number: str) -> str:
    """A bank account of which the last four digits show; how long it is does not."""
    return f"****{number[-4:]}" if len(number) > 4 else "*" * len(number)


def mask_mobile(number: str) -> str:
    """A mobile number of which three digits show in front and four behind."""
    return f"{number[:3]}****{number[-4:]}" if len(number) == 11 else "*" * len(number)


def mask_name(name: str) -> str:
    """A name of which the first character shows."""
    return name[:1] + "*" * min(max(len(name) - 1, 0), 2)

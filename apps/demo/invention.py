"""Invented names and numbers that have the right form; the same seed gives the same ones."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from random import Random

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
)
_GIVEN = [
    "伟",
    "芳",
    "娜",
    "敏",
    "静",
    "丽",
    "强",
    "磊",
    "军",
    "洋",
    "勇",
    "艳",
    "杰",
    "娟",
    "涛",
    "明",
    "超",
    "霞",
    "平",
    "刚",
    "桂英",
    "建华",
    "志强",
    "晓东",
    "雪梅",
    "海燕",
    "文博",
    "子涵",
    "宇轩",
    "欣怡",
    "浩然",
    "梓萱",
    "一鸣",
    "佳琪",
    "思远",
    "雨桐",
    "俊杰",
    "志远",
    "晓燕",
    "立新",
    "国庆",
    "建国",
    "春梅",
    "秀兰",
    "玉兰",
    "红梅",
    "永强",
    "振华",
]
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_MOBILE_PREFIXES = ("138", "139", "150", "158", "176", "186", "189")


@dataclass(frozen=True)
class Invented:
    """A person who does not exist, with an identity number of the right form."""

    name: str
    id_number: str
    mobile: str


class Inventor:
    """Makes people, credit codes and account numbers out of one seed, none of them twice."""

    def __init__(self, seed: int, today: date) -> None:
        self.random = Random(seed)  # noqa: S311 - scenery, not secrets
        self.today = today
        self._serial = count(1)

    def person(self, *, age_min: int = 20, age_max: int = 50) -> Invented:
        """Somebody between two ages."""
        chance = self.random
        name = chance.choice(_SURNAMES) + chance.choice(_GIVEN)
        born = self.today - timedelta(days=chance.randint(age_min * 366, age_max * 365))
        serial = next(self._serial)
        # 3 digits of order for a day of birth; the region's last digit makes room for more of them.
        body = f"11010{1 + serial // 999 % 9}{born:%Y%m%d}{serial % 999 + 1:03d}"
        check = _CHECK[sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11]
        mobile = chance.choice(_MOBILE_PREFIXES) + f"{chance.randrange(10**8):08d}"
        return Invented(name, body + check, mobile)

    def credit_code(self) -> str:
        """A unified social credit code with its check character."""
        body = "91110105MA" + "".join(self.random.choice(_USCC) for _place in range(7))
        total = sum(_USCC.index(c) * w for c, w in zip(body, _USCC_WEIGHTS, strict=True))
        return body + _USCC[(31 - total % 31) % 31]

    def account(self) -> str:
        """A corporate bank account number."""
        return "0200" + "".join(str(self.random.randrange(10)) for _place in range(15))

"""Amounts in Chinese capital figures (大写金额), as receipts, cheques and notices write them.

Rules: 支付结算办法 (银发〔1997〕393号), annex 1.
"""

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")
_GROUP = 10_000


def capital_figures(fen: int) -> str:
    """Fen as yuan in capital figures: 800000 is “捌仟元整”, 107 is “壹元零柒分”.

    Raises ValueError for less than nothing and for more than the figures reach (10^16 yuan).
    """
    if fen < 0 or fen >= 100 * _GROUP ** len(_GROUPS):
        raise ValueError("an amount in capital figures is not negative and below 10^16 yuan")
    yuan, rest = divmod(fen, 100)
    jiao, single = divmod(rest, 10)
    whole = f"{_whole(yuan)}元" if yuan else ""
    if not rest:
        return f"{whole or '零元'}整"
    if not single:
        return f"{whole}{_DIGITS[jiao]}角整"
    # “零” stands for the missing jiao only where something stands before it.
    part = f"{_DIGITS[jiao]}角" if jiao else ("零" if whole else "")
    return f"{whole}{part}{_DIGITS[single]}分"


def _whole(yuan: int) -> str:
    groups = []
    while yuan:
        yuan, group = divmod(yuan, _GROUP)
        groups.append(group)
    text = ""
    gap = False
    for place in reversed(range(len(groups))):
        group = groups[place]
        if not group:
            gap = bool(text)
            continue
        if gap or (text and group < _GROUP // 10):
            text += _DIGITS[0]
        text += _group(group) + _GROUPS[place]
        gap = False
    return text


def _group(value: int) -> str:
    """One to four digits, with a single zero for any gap within them."""
    text, gap = "", False
    for place in reversed(range(len(_PLACES))):
        digit = value // 10**place % 10
        if not digit:
            gap = bool(text)
            continue
        if gap:
            text += _DIGITS[0]
        text += _DIGITS[digit] + _PLACES[place]
        gap = False
    return text

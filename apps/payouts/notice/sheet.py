"""A page of A4 with Chinese and Latin text: the few shapes that a notice needs.

The font is embedded, as far as its characters are used. Nothing of the moment goes into the file: the same
calls give the same bytes, today and in ten years, as long as the locked library and font stay the same.
"""

import logging
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path

from django.conf import settings
from fpdf import FPDF
from fpdf.enums import Align, WrapMode, XPos, YPos
from fpdf.fonts import FontFace

# Cutting a font down is told step by step, at the level of ordinary news.
logging.getLogger("fontTools").setLevel(logging.WARNING)

FONT = "noto"
# 〓 stands for a character that the font does not have, as printers do it.
MISSING = "〓"
_MARGIN_MM = 22
_TEXT_PT, _SMALL_PT, _TITLE_PT = 11, 8.5, 20
_LINE_MM = 7


def font_file() -> Path:
    """The font that the launcher lays beside the other files of packages."""
    return Path(settings.BASE_DIR) / "static_vendor" / "fonts" / "noto-sans-sc.woff"


@cache
def _characters() -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(font_file(), lazy=True) as font:
        return frozenset(font.getBestCmap())


def printable(text: str) -> str:
    """The text with 〓 for what the font cannot show."""
    known = _characters()
    return "".join(sign if ord(sign) in known or sign == "\n" else MISSING for sign in text)


class Sheet:
    """One document. Methods write from top to bottom; `content` gives the file."""

    def __init__(self, title: str, *, day: date, language: str, foot: str) -> None:
        self._pdf = _Pages(printable(foot))
        # Chinese breaks between any two characters, other text between words.
        self._wrap = WrapMode.CHAR if language.startswith("zh") else WrapMode.WORD
        pdf = self._pdf
        pdf.set_title(title)
        pdf.set_lang(language)
        pdf.set_producer("Shitu")
        pdf.set_creation_date(datetime.combine(day, time.min, UTC))
        pdf.set_margins(_MARGIN_MM, _MARGIN_MM)
        pdf.set_auto_page_break(True, margin=_MARGIN_MM)
        pdf.add_font(FONT, "", font_file())
        pdf.add_page()

    def title(self, text: str) -> None:
        """A heading in the middle."""
        self._pdf.set_font(FONT, size=_TITLE_PT)
        self._write(text, Align.C, 12)
        self._pdf.ln(1)

    def centred(self, text: str) -> None:
        """A line in the middle."""
        self._pdf.set_font(FONT, size=_TEXT_PT)
        self._write(text, Align.C)
        self._pdf.ln(3)

    def paragraph(self, text: str, *, right: bool = False) -> None:
        """A paragraph of running text."""
        self._pdf.set_font(FONT, size=_TEXT_PT)
        self._write(text, Align.R if right else Align.L)
        self._pdf.ln(1.5)

    def facts(self, rows: Sequence[tuple[str, str]]) -> None:
        """Names with their values, one a line."""
        self._pdf.set_font(FONT, size=_TEXT_PT)
        with self._pdf.table(
            [[printable(cell) for cell in row] for row in rows],
            col_widths=(26, 74),
            first_row_as_headings=False,
            line_height=_LINE_MM,
            text_align=(Align.L, Align.L),
        ):
            pass
        self._pdf.ln(3)

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
        """A table whose head is repeated on every page; figures stand to the right."""
        self._pdf.set_font(FONT, size=_SMALL_PT)
        aligns = tuple(Align.R if head.endswith(("元", "yuan")) else Align.L for head in heads)
        with self._pdf.table(
            [[printable(cell) for cell in row] for row in (heads, *rows)],
            col_widths=tuple(widths),
            line_height=5.5,
            text_align=aligns,
            headings_style=_plain_heading(),
        ):
            pass
        self._pdf.ln(3)

    def content(self) -> bytes:
        """The file."""
        return bytes(self._pdf.output())

    def _write(self, text: str, align: Align, height: float = _LINE_MM) -> None:
        self._pdf.multi_cell(
            0, height, printable(text), align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT, wrapmode=self._wrap
        )


def _plain_heading() -> FontFace:
    return FontFace(emphasis="", fill_color=(235, 239, 245))


class _Pages(FPDF):
    """Pages with the same small print at their foot."""

    def __init__(self, foot: str) -> None:
        super().__init__(format="A4")
        self._foot = foot

    def footer(self) -> None:
        """Called by the library at the end of each page."""
        self.set_y(-15)
        self.set_font(FONT, size=7)
        self.cell(0, 4, f"{self._foot}    {self.page_no()} / {{nb}}", align=Align.C)

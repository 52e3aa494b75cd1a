"""Files that a roster upload must survive, made by code: each with the verdict that is due.

`TABLES` are judged by `apps.core.spreadsheets.read_table` with the columns of `columns()`. A case names the
refusal of the whole file (`file`), or the problems by row, or the number of good rows.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import xlsxwriter

from apps.core.spreadsheets import Column

HEADER = ["姓名", "身份证号", "手机", "备注"]
ROW = ["张三", "11010519491231002X", "13812345678", "无"]
SHEET = "xl/worksheets/sheet1.xml"


@dataclass(frozen=True)
class Case:
    """A file and what must become of it."""

    name: str
    make: Callable[[], bytes]
    file: str = ""
    good: int = 0
    problems: dict[int, list[str]] = field(default_factory=dict)


def columns() -> list[Column]:
    """The columns that the corpus is read with."""
    return [
        Column("name", "姓名", also=("Name",)),
        Column("id_number", "身份证号", text=True, also=("ID number",)),
        Column("mobile", "手机", required=False),
        Column("note", "备注", required=False),
    ]


def workbook(rows: list[list[object]], fill: Callable | None = None, sheets: int = 1) -> bytes:
    """A workbook with these rows; `fill(book, page)` adds what a plain table does not have."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    pages = [book.add_worksheet() for _ in range(sheets)]
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            if isinstance(value, str):
                pages[0].write_string(number, place, value)
            elif value is not None:
                pages[0].write(number, place, value)
    if fill is not None:
        fill(book, pages[0])
    book.close()
    return buffer.getvalue()


def rewritten(
    content: bytes, change: Callable[[str, bytes], bytes | None], extra: dict[str, bytes] | None = None
) -> bytes:
    """A package with its parts changed (None drops one) and others added."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            changed = change(part.filename, old.read(part))
            if changed is not None:
                new.writestr(part.filename, changed)
        for name, value in (extra or {}).items():
            new.writestr(name, value)
    return buffer.getvalue()


def _same(_name: str, content: bytes) -> bytes:
    return content


def _in_sheet(old: bytes, new: bytes) -> Callable[[], bytes]:
    def make() -> bytes:
        def change(name: str, content: bytes) -> bytes:
            return content.replace(old, new, 1) if name == SHEET else content

        return rewritten(workbook([HEADER, ROW]), change)

    return make


@lru_cache
def big_cell(megabytes: int) -> bytes:
    """One cell of many megabytes, packed into a few hundred kilobytes.

    The packed megabyte is repeated as it is, so that making a bomb costs less than defusing it.
    """
    before = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
    )
    before += b'<c r="A1" t="inlineStr"><is><t>'
    after = b"</t></is></c></row></sheetData></worksheet>"
    filling = b"A" * (1 << 20)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    start = packer.compress(before) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(filling) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = start + block * megabytes + packer.compress(after) + packer.flush()
    checksum = zlib.crc32(before)
    for _ in range(megabytes):
        checksum = zlib.crc32(filling, checksum)
    part = zipfile.ZipInfo(SHEET)
    part.compress_type = zipfile.ZIP_DEFLATED
    part.CRC = zlib.crc32(after, checksum)
    part.compress_size, part.file_size = len(packed), len(before) + (megabytes << 20) + len(after)
    small = rewritten(workbook([HEADER, ROW]), lambda name, content: None if name == SHEET else content)
    buffer = io.BytesIO(small)
    with zipfile.ZipFile(buffer, "a") as package:
        package.fp.seek(package.start_dir)
        part.header_offset = package.start_dir
        package.fp.write(part.FileHeader() + packed)
        package.start_dir = package.fp.tell()
        package.filelist.append(part)
        package.NameToInfo[SHEET] = part
        package._didModify = True
    return buffer.getvalue()


def _lying_directory() -> bytes:
    """The directory says that the sheet is small; what comes out of it is not."""
    content = big_cell(300)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        size = package.getinfo(SHEET).file_size.to_bytes(4, "little")
    return content.replace(size, (4096).to_bytes(4, "little"))


def _nested_zip() -> bytes:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("bomb", b"0" * (1 << 20))
    return rewritten(workbook([HEADER, ROW]), _same, {"xl/media/inner.zip": inner.getvalue()})


def _merged(_book: xlsxwriter.Workbook, page: object) -> None:
    page.merge_range("D2:D3", "合并")


def _hidden_first(book: xlsxwriter.Workbook, page: object) -> None:
    other = book.add_worksheet("名单")
    for number, row in enumerate([HEADER, ROW]):
        for place, value in enumerate(row):
            other.write_string(number, place, value)
    other.activate()
    other.set_first_sheet()
    page.hide()


def _second_sheet(*rows: list[str]) -> Callable:
    def fill(book: xlsxwriter.Workbook, _page: object) -> None:
        other = book.add_worksheet("二班")
        for number, row in enumerate([HEADER, *rows]):
            other.write_row(number, 0, row)

    return fill


def _formula_id(_book: xlsxwriter.Workbook, page: object) -> None:
    page.write_formula("B3", '="11010519491231002X"', value="11010519491231002X")


def _formula_elsewhere(_book: xlsxwriter.Workbook, page: object) -> None:
    page.write_formula("H9", "=1+1", value=2)


def _csv(text: str, encoding: str = "utf-8") -> Callable[[], bytes]:
    return lambda: text.encode(encoding)


PLAIN = "姓名,身份证号,手机,备注\n张三,11010519491231002X,13812345678,无\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

TABLES: list[Case] = [
    # What must be taken
    Case("honest", lambda: workbook([HEADER, ROW, ROW]), good=2),
    Case("columns in another order", lambda: workbook([HEADER[::-1], ROW[::-1]]), good=1),
    Case(
        "spaces and stars in the header", lambda: workbook([["姓 名", " *身份证号（必填）"], ROW[:2]]), good=1
    ),
    Case("headers in English", lambda: workbook([["name", "ID Number"], ROW[:2]]), good=1),
    Case("a title above the header", lambda: workbook([["学徒名单"], [], HEADER, ROW]), good=1),
    Case("blank rows between", lambda: workbook([HEADER, ROW, [], ["", " "], ROW]), good=2),
    Case("a first column left free", lambda: workbook([["", *HEADER], ["", *ROW]]), good=1),
    Case("merged cells", lambda: workbook([HEADER, ROW, ROW[:3]], _merged), good=2),
    Case("a hidden sheet in front", lambda: workbook([["秘密"]], _hidden_first), good=1),
    Case(
        "the table on the second sheet",
        lambda: workbook([], lambda book, _page: _hidden_first(book, _Visible()), 1),
        good=1,
    ),
    Case("a header alone on the first sheet", lambda: workbook([HEADER], _second_sheet(ROW, ROW)), good=2),
    Case("a header alone on the second sheet", lambda: workbook([HEADER, ROW], _second_sheet()), good=1),
    Case("a formula outside the table", lambda: workbook([HEADER, ROW], _formula_elsewhere), good=1),
    Case("a zip inside", _nested_zip, good=1),
    Case("a wrong dimension", _in_sheet(b'ref="A1:D2"', b'ref="A1:XFD1048576"'), good=1),
    Case(
        "formatted rows down to the last one of the sheet",
        _in_sheet(
            b"</sheetData>",
            b'<row r="5000"><c r="A5000" s="1"/></row>'
            b'<row r="1048576" spans="1:4"><c r="A1048576" s="1"/></row></sheetData>',
        ),
        good=1,
    ),
    Case(
        "formulas filled down that gave nothing",
        _in_sheet(
            b"</sheetData>",
            b'<row r="3"><c r="A3" t="str"><f>IF(Z9="","",Z9)</f><v></v></c></row></sheetData>',
        ),
        good=1,
    ),
    Case("rare characters", lambda: workbook([HEADER, ["𠮷䶮㛃", *ROW[1:]]]), good=1),
    Case("csv", _csv(PLAIN), good=1),
    Case("csv with a mark", _csv(PLAIN, "utf-8-sig"), good=1),
    Case("csv in GB18030", _csv(PLAIN, "gb18030"), good=1),
    Case("csv in GB18030 with a mark", _csv("\ufeff" + PLAIN, "gb18030"), good=1),
    Case("csv with two marks", _csv("\ufeff\ufeff" + PLAIN), good=1),
    Case("csv with a mark that nobody sees in the header", _csv(PLAIN.replace("手机", "\u200b手机")), good=1),
    Case("csv with semicolons", _csv(PLAIN.replace(",", ";")), good=1),
    Case("csv with tabs", _csv(PLAIN.replace(",", "\t")), good=1),
    Case("csv with bare returns", _csv(PLAIN.replace("\n", "\r")), good=1),
    Case("csv of Windows", _csv(PLAIN.replace("\n", "\r\n"), "gb18030"), good=1),
    Case(
        "csv with digits kept as text",
        _csv(PLAIN.replace("11010519491231002X", '"=""11010519491231002X"""')),
        good=1,
    ),
    Case("csv with a short row", _csv("姓名,身份证号,手机,备注\n张三,11010519491231002X\n"), good=1),
    Case("csv that looks like UTF-8 in two characters", _csv(PLAIN.replace("无", "联通"), "gb18030"), good=1),
    # What is wrong with one row
    Case(
        "an ID as a number",
        lambda: workbook([HEADER, ROW, ["李四", 110105194912310021, "", ""]]),
        good=1,
        problems={3: ["number_cell"]},
    ),
    Case(
        "an ID as a formula",
        lambda: workbook([HEADER, ROW, ["李四", "", "", ""]], _formula_id),
        good=1,
        problems={3: ["formula"]},
    ),
    Case(
        "rows of formulas that no program computed",
        _in_sheet(
            b"</sheetData>",
            b'<row r="3"><c r="A3"><f>Sheet2!A2</f><v></v></c><c r="B3"><f>Sheet2!B2</f><v/></c></row>'
            b'<row r="4"><c r="A4" s="1"><f>Sheet2!A3</f></c></row></sheetData>',
        ),
        good=1,
        problems={3: ["formula", "formula"], 4: ["formula"]},
    ),
    Case(
        "a cell too long",
        lambda: workbook([HEADER, ROW, [*ROW[:3], "长" * 1001]]),
        good=1,
        problems={3: ["cell_too_long"]},
    ),
    Case(
        "csv with a cell of 3 MB",
        _csv(PLAIN + f"李四,11010519491231002X,,{'长' * 1_000_000}\n王五,1,,\n"),
        good=2,
        problems={3: ["cell_too_long"]},
    ),
    Case(
        "csv with an ID as a number",
        _csv(PLAIN + "李四,1.10105E+17,,\n"),
        good=1,
        problems={3: ["number_cell"]},
    ),
    Case(
        "csv with too many cells",
        _csv(PLAIN + "李四,11010519491231002X,,,x\n"),
        good=1,
        problems={3: ["too_many_cells"]},
    ),
    # What is wrong with the file
    Case("nothing", lambda: b"", file="file_empty"),
    Case("white space", lambda: b" \n\n ", file="file_empty"),
    Case("an empty workbook", lambda: workbook([]), file="file_empty"),
    Case("no header", lambda: workbook([ROW, ROW]), file="file_no_header"),
    Case("a column missing", lambda: workbook([["姓名", "手机"], ROW[:2]]), file="file_missing_columns"),
    Case("a column renamed", lambda: workbook([["姓名", "证件"], ROW[:2]]), file="file_missing_columns"),
    Case("an unknown column", lambda: workbook([[*HEADER, "工资"], ROW]), file="file_unknown_columns"),
    Case("a column twice", lambda: workbook([[*HEADER, "姓名"], ROW]), file="file_column_twice"),
    Case(
        "too many columns",
        lambda: workbook([HEADER + [str(n) for n in range(61)], ROW]),
        file="file_too_many_columns",
    ),
    Case("a few rows too many", lambda: workbook([HEADER] + [ROW] * 101), file="file_too_many_rows"),
    Case(
        "rows on two sheets",
        lambda: workbook([HEADER, ROW], _second_sheet(ROW)),
        file="file_several_sheets",
    ),
    Case("a cell of 800 MB", lambda: big_cell(800), file="file_unpacks_too_large"),
    Case("a cell of 150 MB", lambda: big_cell(150), file="file_unpacks_too_large"),
    Case("a directory that lies", _lying_directory, file="file_damaged"),
    Case(
        "a cell far to the right",
        _in_sheet(b"</row></sheetData>", b'<c r="XFD2"><v>1</v></c></row></sheetData>'),
        file="file_far_cell",
    ),
    Case(
        "a cell far below",
        _in_sheet(b"</sheetData>", b'<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>'),
        file="file_too_many_rows",
    ),
    Case(
        "a cell far away, written in another way",
        _in_sheet(b"</sheetData>", b'<row  r = "90"><c  r\n="XFD90"><v>1</v></c></row></sheetData>'),
        file="file_far_cell",
    ),
    Case(
        "10,000 parts",
        lambda: rewritten(workbook([HEADER, ROW]), _same, {f"x/{n}.xml": b"<x/>" for n in range(10_000)}),
        file="file_too_many_parts",
    ),
    Case(
        "macros",
        lambda: rewritten(workbook([HEADER, ROW]), _same, {"xl/vbaProject.bin": b"x"}),
        file="file_macros",
    ),
    Case(
        "an entity",
        _in_sheet(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet'),
        file="file_damaged",
    ),
    Case(
        "another package",
        lambda: rewritten(workbook([]), lambda name, content: None if name.startswith("xl/") else content),
        file="file_not_xlsx",
    ),
    Case("cut in the middle", lambda: workbook([HEADER, ROW])[:-200], file="file_damaged"),
    Case("one byte changed", lambda: _flipped(workbook([HEADER, ROW])), file="file_damaged"),
    Case("a sheet that is no XML", _in_sheet(b"<sheetData>", b"<sheetData"), file="file_damaged"),
    Case("an old workbook", lambda: OLE + b"\x00" * 4096, file="file_old_format"),
    Case(
        "a protected workbook",
        lambda: OLE + b"\x00" * 4096 + "EncryptedPackage".encode("utf-16-le"),
        file="file_password",
    ),
    Case(
        "a web page named xls",
        lambda: b"<html><table><tr><td>x</td></tr></table></html>",
        file="file_web_page",
    ),
    Case("csv in UTF-16", _csv(PLAIN, "utf-16"), file="file_utf16"),
    Case("csv in UTF-16 without a mark", _csv(PLAIN, "utf-16-le"), file="file_utf16"),
    Case("csv with a zero byte", _csv(PLAIN + "李\x00四,1,,\n"), file="file_nul"),
    Case("csv in no encoding", lambda: PLAIN.encode("gb18030") + b"\xff\xff\n", file="file_encoding"),
    Case(
        "csv in two encodings",
        lambda: PLAIN.encode("gb18030") + "李四,1,,\n".encode(),
        file="file_mixed_encoding",
    ),
    Case("csv with an open quotation mark", _csv(PLAIN + '"李四,1,,\n'), file="file_broken_csv"),
    Case("csv in quotes without the header", _csv('"甲","乙"\n"1","2"\n'), file="file_no_header"),
    Case("csv in quotes and tabs", _csv('"甲"\t"乙"\n"1"\t"2"\n'), file="file_no_header"),
    Case("csv with an open mark in the header", _csv('姓名,"身份证号,手机,备注\n'), file="file_broken_csv"),
    Case("csv with a few rows too many", _csv(PLAIN + "张三,1,,\n" * 100), file="file_too_many_rows"),
    Case("a picture", lambda: b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, file="file_utf16"),
]


class _Visible:
    """Stands in for a page that stays as it is."""

    def hide(self) -> None: ...


def _flipped(content: bytes) -> bytes:
    """A package whose sheet no longer has its checksum."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        part = package.getinfo(SHEET)
        crc = part.CRC.to_bytes(4, "little")
    return re.sub(re.escape(crc), (part.CRC ^ 1).to_bytes(4, "little"), content)

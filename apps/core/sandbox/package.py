"""A look into an xlsx package before anything unpacks it: its directory, its real size, its formulas."""

import re
import zipfile
from typing import Any, BinaryIO
from xml.parsers import expat

from apps.core.sandbox.framing import Refusal

_CHUNK_BYTES = 1 << 20
_OVERLAP_BYTES = 512
_EDGE_BYTES = 16 << 10
_SMALL_BYTES = 2 << 20
# Below this size a high ratio is harmless: a short sheet of equal rows packs very well.
_RATIO_FROM_BYTES = 16 << 20
_FORMULAS_MAX = 100_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_FAR_COLUMN = re.compile(rb'r\s*=\s*["\'][A-Z]{3}[0-9]')
_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br\s*=\s*["\']([0-9]{1,9})')
_FORMULA = re.compile(
    rb'<(?:\w+:)?c\b[^>]*?\br\s*=\s*["\']([A-Z]{1,3})([0-9]{1,7})["\'][^>]*>\s*<(?:\w+:)?f[\s>/]'
)
# A formula that a program wrote and nobody computed: without a value, and not of the type of an empty text.
# Bounded, so that a sheet of openings alone takes no longer than another.
_UNCOMPUTED = re.compile(
    rb'<(?:\w{1,9}:)?c\b(?![^>]{0,200}\st\s?=)[^>]{0,200}?\br\s?=\s?["\']'
    rb'[A-Z]{1,3}([0-9]{1,7})["\'][^>]{0,200}>\s?'
    rb"<(?:\w{1,9}:)?f\b[^>]{0,200}?(?:/>|>[^<]{0,8192}</(?:\w{1,9}:)?f>)\s?"
    rb"(?:<(?:\w{1,9}:)?v\s?/>|<(?:\w{1,9}:)?v>\s?</(?:\w{1,9}:)?v>)?\s?</(?:\w{1,9}:)?c>"
)
_VALUES = (b"<v", b":v", b"<is", b":is")


class Contents:
    """What the look found: the part of each sheet by its name, the cells that hold formulas, and the rows
    with formulas that were never computed."""

    def __init__(self, sheet_parts: dict[str, str]) -> None:
        self.sheet_parts = sheet_parts
        self.formulas: dict[str, set[tuple[int, int]]] = {}
        self.uncomputed: dict[str, set[int]] = {}


def refuse_other_formats(head: bytes, tail: bytes) -> None:
    """Name what the file is when it is no xlsx: an old or a protected workbook, a web page."""
    if head.startswith(_OLE):
        raise Refusal("password" if _ENCRYPTED in head or _ENCRYPTED in tail else "old_format")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<table", b"<meta", b"mime-version", b"{\\rtf")):
        raise Refusal("web_page")


def inspect(file: BinaryIO, spec: dict[str, Any]) -> Contents:
    """Check the zip directory and then the parts themselves, whatever the directory claims.

    Raises Refusal (`damaged`, `too_many_parts`, `unpacks_too_large`, `macros`, `not_xlsx`, `far_cell`,
    `too_many_rows`).
    """
    try:
        with zipfile.ZipFile(file) as package:
            _check_directory(package, spec)
            return _check_parts(package, spec)
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        EOFError,
        OSError,
        expat.ExpatError,
        UnicodeError,
    ) as error:
        raise Refusal("damaged") from error
    except RuntimeError as error:  # zipfile's word for an encrypted part
        raise Refusal("password") from error


def _check_directory(package: zipfile.ZipFile, spec: dict[str, Any]) -> None:
    parts = package.infolist()
    if len(parts) > spec["parts_max"]:
        raise Refusal("too_many_parts", count=len(parts))
    names = {part.filename for part in parts}
    if len(names) != len(parts):
        raise Refusal("damaged")
    if sum(part.file_size for part in parts) > spec["unpacked_max"]:
        raise Refusal("unpacks_too_large", limit=spec["unpacked_max"] >> 20)
    for part in parts:
        if part.file_size > _RATIO_FROM_BYTES and part.file_size > spec["ratio_max"] * max(
            part.compress_size, 1
        ):
            raise Refusal("unpacks_too_large", limit=spec["unpacked_max"] >> 20)
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refusal("macros")
    if "xl/workbook.xml" not in names:
        raise Refusal("not_xlsx")


def _check_parts(package: zipfile.ZipFile, spec: dict[str, Any]) -> Contents:
    contents = Contents(_sheet_parts(package))
    left = spec["unpacked_max"]
    for part in package.infolist():
        is_sheet = part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml")
        formulas: set[tuple[int, int]] = set()
        uncomputed: set[int] = set()
        with package.open(part) as stream:
            before = b""
            while chunk := stream.read(_CHUNK_BYTES):
                left -= len(chunk)
                if left < 0:
                    raise Refusal("unpacks_too_large", limit=spec["unpacked_max"] >> 20)
                if is_sheet:
                    _scan(before + chunk, formulas, uncomputed, spec)
                    before = chunk[-_OVERLAP_BYTES:]
        if is_sheet:
            contents.formulas[part.filename] = formulas
            contents.uncomputed[part.filename] = uncomputed
    return contents


def _scan(xml: bytes, formulas: set[tuple[int, int]], uncomputed: set[int], spec: dict[str, Any]) -> None:
    # A single rare byte is found ten times as fast as two, and most sheets hold neither of these.
    if b"!" in xml and (b"<!DOCTYPE" in xml or b"<!ENTITY" in xml):
        raise Refusal("damaged")
    # Looking at every cell would take as long as reading them; where a far cell hides in the middle the
    # limit of memory stops the reader.
    if _FAR_COLUMN.search(xml, 0, _EDGE_BYTES) or _FAR_COLUMN.search(xml, max(len(xml) - _EDGE_BYTES, 0)):
        raise Refusal("far_cell")
    # Formatted cells without a value may reach down to the last row of all: the reader passes over them.
    last = xml.rfind(b"row ", 0, max(xml.rfind(tag) for tag in _VALUES) + 1)
    while last > 0 and xml[last - 1 : last] not in (b"<", b":"):
        last = xml.rfind(b"row ", 0, last)
    if last > 0:
        row = _ROW.search(xml, max(last - 20, 0))
        if row and int(row[1]) > spec["rows_max"] + spec["rows_slack"]:
            raise Refusal("too_many_rows", limit=spec["rows_max"])
    if b"f" in xml and (b"<f" in xml or b":f" in xml):
        for cell in _FORMULA.finditer(xml):
            formulas.add((int(cell[2]), _column_number(cell[1])))
        uncomputed.update(int(cell[1]) for cell in _UNCOMPUTED.finditer(xml))
        if len(formulas) > _FORMULAS_MAX:
            raise Refusal("formulas")


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _sheet_parts(package: zipfile.ZipFile) -> dict[str, str]:
    """Which part holds which sheet, by the sheet's name."""
    targets = {
        entry.get("Id", ""): entry.get("Target", "")
        for entry in _elements(package, "xl/_rels/workbook.xml.rels", "Relationship")
    }
    parts = {}
    for sheet in _elements(package, "xl/workbook.xml", "sheet"):
        relation = next((value for name, value in sheet.items() if name.endswith(" id")), "")
        target = targets.get(relation, "")
        parts[sheet.get("name", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return parts


def _elements(package: zipfile.ZipFile, name: str, tag: str) -> list[dict[str, str]]:
    try:
        part = package.getinfo(name)
    except KeyError as error:
        raise Refusal("damaged") from error
    with package.open(part) as stream:
        xml = stream.read(_SMALL_BYTES + 1)
    if len(xml) > _SMALL_BYTES or b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise Refusal("damaged")
    found: list[dict[str, str]] = []

    def start(element: str, attributes: dict[str, str]) -> None:
        if element.rpartition(" ")[2] == tag:
            found.append(attributes)

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.Parse(xml, True)
    return found

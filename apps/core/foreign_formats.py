"""Files that are given for a table and are none: what each one is, and what to do with it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

SENTENCES: dict[str, Promise] = {
    "old_format": gettext_lazy(
        "This is a workbook of the old format (xls or et). Open it, save it as xlsx and upload that."
    ),
    "password": gettext_lazy("The workbook is protected by a password. Remove it, save and upload again."),
    "web_page": gettext_lazy(
        "This is a web page with the name of a table. Open it in a spreadsheet program, save it as xlsx and"
        " upload that."
    ),
    "utf16": gettext_lazy("The text file is in UTF-16. Save it as “CSV UTF-8” or as xlsx and upload that."),
    "workbook": gettext_lazy(
        "This is a workbook with the name of a text file. Give its name the ending .xlsx and upload it again."
    ),
    "text": gettext_lazy(
        "This is a text file with the name of a workbook. Open it in a spreadsheet program, save it as xlsx"
        " and upload that."
    ),
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_WEB_PAGES = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<meta", b"mime-version", b"{\\rtf")
_HEAD_BYTES = 4096


def what_it_is(content: bytes) -> str:
    """A key of SENTENCES for what stands in a file whose name says xlsx or csv; empty where nobody knows."""
    head = content[:_HEAD_BYTES]
    if head.startswith(_OLE):
        return "password" if _ENCRYPTED in content else "old_format"
    if head.startswith(b"PK\x03\x04"):
        return "workbook"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_WEB_PAGES):
        return "web_page"
    if head.startswith(_UTF16_MARKS):
        return "utf16"
    return "" if b"\x00" in head or head.startswith(b"%PDF-") else "text"

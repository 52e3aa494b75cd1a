"""The text of a PDF as a reader would select it: decoded through the maps that its fonts carry."""

import re
import zlib

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_RANGE = re.compile(rb"<([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)>")
_CHAR = re.compile(rb"<([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)>")
_SHOWN = re.compile(rb"\(((?:\\.|[^\\)])*)\) Tj", re.DOTALL)


def text_of(content: bytes) -> str:
    """All text of the file, line breaks left out. For files with one font, as the notices are."""
    streams = [_unpacked(found) for found in _STREAM.findall(content)]
    known: dict[int, str] = {}
    for stream in streams:
        if b"beginbfchar" in stream or b"beginbfrange" in stream:
            known |= _characters(stream)
    return "".join(
        known.get(code, "")
        for stream in streams
        if b" Tj" in stream
        for shown in _SHOWN.findall(stream)
        for code in _codes(shown)
    )


def _unpacked(stream: bytes) -> bytes:
    # A last byte that is a carriage return was taken for the end of the line: the rest is whole without it.
    try:
        return zlib.decompressobj().decompress(stream)
    except zlib.error:
        return stream


def _characters(stream: bytes) -> dict[int, str]:
    found = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", stream, re.DOTALL):
        for code, text in _CHAR.findall(block):
            found[int(code, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", stream, re.DOTALL):
        for low, high, first in _RANGE.findall(block):
            for code in range(int(low, 16), int(high, 16) + 1):
                found[code] = chr(int(first, 16) + code - int(low, 16))
    return found


def _codes(shown: bytes) -> list[int]:
    raw = re.sub(
        rb"\\([nrtbf()\\])",
        lambda found: {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}.get(
            found[1], found[1]
        ),
        shown,
    )
    return [int.from_bytes(raw[n : n + 2], "big") for n in range(0, len(raw) - 1, 2)]

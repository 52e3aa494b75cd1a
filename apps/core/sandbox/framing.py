"""What goes over the pipe: frames of one letter, a length, and UTF-8 text.

`M` comes first and is JSON: what was found, or why the file is refused. `D` carries rows: rows are parted by
RECORD, the cells of a row by FIELD; the first cell is the row's number as its author counts, the second is
empty or a JSON list of [column, problem code]. `E` ends a table that was read to its end.
"""

import json
import struct
from typing import Any, BinaryIO

FIELD, RECORD = "\x1f", "\x1e"
META, DATA, END = b"M", b"D", b"E"
_HEAD = struct.Struct(">cI")
HEAD_BYTES = _HEAD.size
ROWS_PER_FRAME = 1000


class Refusal(Exception):
    """The file as a whole cannot be taken: a code, and what the sentence needs to name."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def write_frame(pipe: BinaryIO, kind: bytes, text: str) -> None:
    """Send one frame."""
    payload = text.encode("utf-8", "replace")
    pipe.write(_HEAD.pack(kind, len(payload)) + payload)


def write_json(pipe: BinaryIO, kind: bytes, value: Any) -> None:
    """Send one frame of JSON and let it go at once."""
    write_frame(pipe, kind, json.dumps(value, ensure_ascii=False))
    pipe.flush()


def read_frame(pipe: BinaryIO, bytes_max: int) -> tuple[bytes, str] | None:
    """Receive one frame, None where the pipe ended instead. Raises ValueError for one that cannot be."""
    head = pipe.read(HEAD_BYTES)
    if len(head) < HEAD_BYTES:
        return None
    kind, length = _HEAD.unpack(head)
    if length > bytes_max:
        raise ValueError("the frame is too long")
    payload = pipe.read(length)
    if len(payload) < length:
        return None
    return kind, payload.decode()

"""Keeping what was handed in: checked at the door, stored by its content, verified whenever it is read (I18).

A file is written, flushed and put in its place before its row is added: a row without its file cannot come
about, a file without a row is swept up (`manage.py check_files`).
"""

import errno
import hashlib
import io
import logging
import os
import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import FileResponse
from django.utils.translation import gettext as _

from apps.core import crypto, foreign_formats
from apps.core.errors import InvalidInput, ShituError
from apps.core.models import StoredFile

logger = logging.getLogger(__name__)

NAME_BYTES_MAX = 200
IMAGE_PIXELS_MAX = 60_000_000
_CHUNK_BYTES = 1024 * 1024
_NAME_FORBIDDEN = re.compile(r'[\\/:*?"<>|]')


class StorageFull(ShituError):
    """The disk is full; nothing was kept of the upload (507)."""

    status = 507
    default_code = "storage_full"


class DamagedFile(ShituError):
    """A stored file is missing on the disk or is no longer what was stored (500)."""

    status = 500
    default_code = "damaged_file"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its endings, its media type, and how its first bytes look."""

    endings: tuple[str, ...]
    media_type: str
    looks_right: Callable[[bytes], bool]
    is_video: bool = False

    @property
    def bytes_max(self) -> int:
        """The largest file of this kind that is taken."""
        return int(settings.VIDEO_MAX_BYTES if self.is_video else settings.UPLOAD_MAX_BYTES)


def _starts(*beginnings: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(beginnings)


def _is_text(head: bytes) -> bool:
    return b"\x00" not in head and not head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF-"))


KINDS: dict[str, Kind] = {
    "pdf": Kind((".pdf",), "application/pdf", _starts(b"%PDF-")),
    "jpg": Kind((".jpg", ".jpeg"), "image/jpeg", _starts(b"\xff\xd8\xff")),
    "png": Kind((".png",), "image/png", _starts(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")),
    # A video is kept and given back; nothing here ever looks further into it.
    "mp4": Kind((".mp4",), "video/mp4", lambda head: head[4:8] == b"ftyp", is_video=True),
    "xlsx": Kind(
        (".xlsx",),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _starts(b"PK\x03\x04"),
    ),
    "csv": Kind((".csv",), "text/csv", _is_text),
    "txt": Kind((".txt",), "text/plain", _is_text),
}


def store_upload(
    uploaded: UploadedFile, *, kinds: Iterable[str] = ("pdf", "jpg", "png"), sealed: bool = False
) -> StoredFile:
    """Check an uploaded file and keep it; equal content that is there already is not kept twice.

    `kinds` are keys of KINDS; the ending of the name and the first bytes must both fit one of them. `sealed`
    encrypts it on the disk: for everything that lists ID or bank numbers. Raises InvalidInput (`file_empty`,
    `file_too_large`, `file_name`, `file_kind`, `file_content`, `image_too_large`) and StorageFull.
    """
    kinds = tuple(kinds)
    name = clean_name(uploaded.name or "")
    kind = _kind_of(name, kinds)
    size = uploaded.size or 0
    if size == 0:
        raise InvalidInput(
            _("The file “%(name)s” is empty. Choose the file again.") % {"name": name}, code="file_empty"
        )
    if size > KINDS[kind].bytes_max:
        raise InvalidInput(
            _("The file “%(name)s” is larger than %(limit)s MB. Make it smaller or split it.")
            % {"name": name, "limit": KINDS[kind].bytes_max // (1024 * 1024)},
            code="file_too_large",
        )
    content = b"".join(uploaded.chunks())
    if not KINDS[kind].looks_right(content[:4096]):
        raise _other_content(content, name, kinds)
    _check_image(kind, content, name)
    return store_bytes(content, name=name, media_type=KINDS[kind].media_type, sealed=sealed)


def _other_content(content: bytes, name: str, kinds: tuple[str, ...]) -> InvalidInput:
    """The refusal of a file whose first bytes do not fit its name; of a table it says what the file is."""
    found = foreign_formats.what_it_is(content) if {"xlsx", "csv"} & set(kinds) else ""
    if found:
        return InvalidInput(f"{name}: {foreign_formats.SENTENCES[found]}", code="file_content")
    return InvalidInput(
        _("The content of “%(name)s” is not what its name says. Save it anew as %(kinds)s.")
        % {"name": name, "kinds": _listed(kinds)},
        code="file_content",
    )


def endings_of(kinds: Iterable[str]) -> str:
    """What an upload field offers for these kinds of file: ".pdf,.jpg,.jpeg"."""
    return ",".join(dict.fromkeys(ending for kind in kinds for ending in KINDS[kind].endings))


def store_bytes(content: bytes, *, name: str, media_type: str, sealed: bool = False) -> StoredFile:
    """Keep bytes that the system itself made. Raises StorageFull, ValueError for nothing."""
    if not content:
        raise ValueError("there is nothing to store")
    sha256 = hashlib.sha256(content).hexdigest()
    known = StoredFile.objects.filter(sha256=sha256).first()
    if known is not None and (known.sealed or not sealed) and path_of(known).exists():
        return known
    sealed = sealed or (known is not None and known.sealed)
    _write(_path(sha256, sealed), crypto.seal_bytes(_purpose(sha256), content) if sealed else content)
    stored = known or _row(sha256, len(content), media_type=media_type, name=name, sealed=sealed)
    if sealed and not stored.sealed:
        # The same bytes were kept open before; from now on they are not.
        StoredFile.objects.filter(pk=stored.pk).update(sealed=True)
        stored.sealed = True
        transaction.on_commit(lambda: _path(sha256, sealed=False).unlink(missing_ok=True))
    return stored


def _row(sha256: str, size: int, *, media_type: str, name: str, sealed: bool) -> StoredFile:
    """The row of these bytes; somebody who stores the same ones at the same moment gets the same row."""
    row = StoredFile(sha256=sha256, size=size, media_type=media_type, name=clean_name(name), sealed=sealed)
    StoredFile.objects.bulk_create([row], ignore_conflicts=True)
    return StoredFile.objects.get(sha256=sha256)


def open_file(stored: StoredFile) -> BinaryIO:
    """Open a stored file for reading, unsealed and verified against its hash. Close it after use.

    Raises DamagedFile when it is missing or differs by a bit: nobody decides on a changed document.
    """
    try:
        if stored.sealed:
            content = crypto.open_bytes(_purpose(stored.sha256), path_of(stored).read_bytes())
            opened: BinaryIO = io.BytesIO(content)
        else:
            opened = path_of(stored).open("rb")
    except (OSError, crypto.CannotOpen) as error:
        raise _damaged(stored) from error
    if _sha256(opened) != stored.sha256:
        opened.close()
        raise _damaged(stored)
    opened.seek(0)
    return opened


def file_response(stored: StoredFile, *, name: str = "") -> FileResponse:
    """Answer with a file as a download that no browser runs. The caller has checked who may have it."""
    response = FileResponse(
        open_file(stored),
        as_attachment=True,
        filename=clean_name(name or stored.name),
        content_type=stored.media_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def seal_anew(stored: StoredFile) -> None:
    """Write a sealed file again under the key that seals now. Raises DamagedFile."""
    with open_file(stored) as opened:
        _write(path_of(stored), crypto.seal_bytes(_purpose(stored.sha256), opened.read()))


def path_of(stored: StoredFile) -> Path:
    """Where the bytes lie. Only for those who check or back up the disk: read through `open_file`."""
    return _path(stored.sha256, stored.sealed)


def clean_name(name: str) -> str:
    """The last part of a name without what no file system or screen should show; at most 200 bytes.

    Raises InvalidInput (`file_name`) where nothing is left.
    """
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C")
    name = _NAME_FORBIDDEN.sub("_", name).strip(" .")
    stem, ending = os.path.splitext(name)
    if not stem:
        raise InvalidInput(_("The file has no name. Give it one and choose it again."), code="file_name")
    while len((stem + ending).encode()) > NAME_BYTES_MAX and len(stem) > 1:
        stem = stem[:-1]
    return stem + ending


def _kind_of(name: str, kinds: tuple[str, ...]) -> str:
    ending = os.path.splitext(name)[1].lower()
    for kind in kinds:
        if ending in KINDS[kind].endings:
            return kind
    raise InvalidInput(
        _("Files of the kind “%(ending)s” cannot be taken here. Save it as %(kinds)s.")
        % {"ending": ending or name, "kinds": _listed(kinds)},
        code="file_kind",
    )


def _listed(kinds: tuple[str, ...]) -> str:
    return ", ".join(kind.upper() for kind in kinds)


def _check_image(kind: str, content: bytes, name: str) -> None:
    """An image is never drawn here, but whoever opens it should not run out of memory."""
    if kind == "png":
        width, height = int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
    elif kind == "jpg":
        width, height = _jpeg_size(content)
    else:
        return
    if width * height > IMAGE_PIXELS_MAX:
        raise InvalidInput(
            _("The picture “%(name)s” has too many pixels. Scale it down and upload it again.")
            % {"name": name},
            code="image_too_large",
        )


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """Width and height from the frame header; (0, 0) where there is none."""
    place = 2
    while place + 9 < len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = content[place + 5 : place + 7], content[place + 7 : place + 9]
            return int.from_bytes(width, "big"), int.from_bytes(height, "big")
        place += 2 + int.from_bytes(content[place + 2 : place + 4], "big")
    return 0, 0


def _path(sha256: str, sealed: bool) -> Path:
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256[2:4] / (sha256 + (".sealed" if sealed else ""))


def _purpose(sha256: str) -> str:
    return f"file:{sha256}"


def _write(path: Path, content: bytes) -> None:
    """Write in one step: the name appears with the whole content, flushed to the disk, or not at all."""
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o640)
        os.replace(temporary, path)
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull(
                _("There is no room left for files. Nothing was saved: tell the administrators, try later.")
            ) from error
        raise


def _sha256(opened: BinaryIO) -> str:
    work = hashlib.sha256()
    while chunk := opened.read(_CHUNK_BYTES):
        work.update(chunk)
    return work.hexdigest()


def _damaged(stored: StoredFile) -> DamagedFile:
    logger.error("stored file %s is missing or damaged on the disk", stored.pk)
    return DamagedFile(
        _("The stored file is missing or damaged. The administrators must restore it from the backup.")
    )


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a look at rows and disk found: ids of rows whose file is damaged, paths that no row knows."""

    damaged: tuple[int, ...]
    orphans: tuple[Path, ...]


def sweep(*, older_than_seconds: float = 24 * 3600, now_seconds: float) -> Sweep:
    """Verify every stored file and list files without a row that are older than a day."""
    damaged: list[int] = []
    expected: set[Path] = set()
    for stored in StoredFile.objects.order_by("pk").iterator(chunk_size=500):
        expected.add(path_of(stored))
        try:
            open_file(stored).close()
        except DamagedFile:
            damaged.append(stored.pk)
    root = Path(settings.MEDIA_ROOT)
    orphans = tuple(
        path
        for path in sorted(root.glob("??/??/*"))
        if path not in expected and now_seconds - path.stat().st_mtime > older_than_seconds
    )
    return Sweep(tuple(damaged), orphans)

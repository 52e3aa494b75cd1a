import io
import os
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from apps.core import crypto, files
from apps.core.db import as_owner
from apps.core.errors import InvalidInput
from apps.core.models import StoredFile

PDF = b"%PDF-1.7\n1 0 obj\n"
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (800).to_bytes(4, "big") + (600).to_bytes(4, "big") + b"\x08\x02"
)
JPG = (
    b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08"
    + (600).to_bytes(2, "big")
    + (800).to_bytes(2, "big")
    + b"\x03"
)


def upload(name: str = "协议.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def refusal_of(uploaded: SimpleUploadedFile, **options) -> str:
    with pytest.raises(InvalidInput) as refusal:
        files.store_upload(uploaded, **options)
    assert not StoredFile.objects.exists()
    return refusal.value.code


@pytest.mark.parametrize(
    ("name", "content"), [("a.pdf", PDF), ("b.JPG", JPG), ("c.jpeg", JPG), ("d.png", PNG)]
)
def test_an_upload_is_kept_and_opened_again(name, content):
    stored = files.store_upload(upload(name, content))
    with files.open_file(stored) as opened:
        assert opened.read() == content
    assert (stored.name, stored.size, stored.sealed) == (name, len(content), False)


def test_equal_content_is_kept_once():
    first, second = files.store_upload(upload("a.pdf")), files.store_upload(upload("b.pdf"))
    assert first == second
    assert StoredFile.objects.count() == 1


def test_a_sealed_file_does_not_show_on_the_disk():
    stored = files.store_upload(upload(), sealed=True)
    assert b"PDF" not in files.path_of(stored).read_bytes()
    with files.open_file(stored) as opened:
        assert opened.read() == PDF


def test_content_that_must_be_sealed_once_is_sealed_from_then_on(django_capture_on_commit_callbacks):
    opened = files.store_upload(upload())
    plain = files.path_of(opened)
    with django_capture_on_commit_callbacks(execute=True):
        sealed = files.store_upload(upload(), sealed=True)
    assert sealed.pk == opened.pk
    assert not plain.exists()
    assert files.store_upload(upload()).sealed
    with files.open_file(sealed) as content:
        assert content.read() == PDF


@pytest.mark.parametrize(
    ("uploaded", "code"),
    [
        (upload(content=b""), "file_empty"),
        (upload("a.exe"), "file_kind"),
        (upload("a"), "file_kind"),
        (upload("a.svg", b"<svg onload=alert(1)>"), "file_kind"),
        (upload("a.pdf", b"<html>%PDF-1.7"), "file_content"),
        (upload("a.jpg", PDF), "file_content"),
        (upload("a.png", b"<?php ?>"), "file_content"),
        (upload("a.pdf.php"), "file_kind"),
        (upload("a.png", PNG[:16] + (30_000).to_bytes(4, "big") * 2), "image_too_large"),
        (upload("a.jpg", JPG[:13] + (30_000).to_bytes(2, "big") * 2 + b"\x03"), "image_too_large"),
        (upload("a.pdf", b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR"), "file_content"),
    ],
)
def test_what_is_not_what_it_says_is_refused(uploaded, code):
    assert refusal_of(uploaded) == code


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 4096


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.xlsx", OLE, "old format"),
        ("a.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        ("a.xlsx", b"<html><table>", "web page"),
        ("a.xlsx", "姓名,手机".encode("gb18030"), "text file with the name of a workbook"),
        ("a.csv", b"PK\x03\x04", "ending .xlsx"),
        ("a.csv", "姓名,手机".encode("utf-16"), "UTF-16"),
        ("a.xlsx", PDF, "not what its name says"),
        ("a.csv", b"\x00\x01\x02", "not what its name says"),
    ],
)
def test_what_was_given_for_a_table_is_named(name, content, told):
    with translation.override("en"), pytest.raises(InvalidInput) as refusal:
        files.store_upload(upload(name, content), kinds=("xlsx", "csv"))
    assert refusal.value.code == "file_content"
    assert told in refusal.value.message


def test_a_file_that_is_too_large_is_refused(settings):
    settings.UPLOAD_MAX_BYTES = 10
    assert refusal_of(upload()) == "file_too_large"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("..\\..\\etc\\passwd.pdf", "passwd.pdf"),
        ("../../x.pdf", "x.pdf"),
        ("a\x00b\u202egpj.pdf", "abgpj.pdf"),
        ('a:"b"?.pdf', "a__b__.pdf"),
        ("长" * 200 + ".pdf", "长" * 65 + ".pdf"),
    ],
)
def test_a_name_keeps_what_a_screen_can_show(given, kept):
    assert files.clean_name(given) == kept


@pytest.mark.parametrize("name", ["", "...", "\u200b", "/"])
def test_a_file_without_a_name_is_refused(name):
    with pytest.raises(InvalidInput):
        files.clean_name(name)


@pytest.mark.parametrize("sealed", [False, True])
def test_a_file_changed_on_the_disk_is_not_opened(sealed, caplog):
    stored = files.store_upload(upload(), sealed=sealed)
    path = files.path_of(stored)
    *kept, last = path.read_bytes()
    # Whatever the last byte is: of a sealed file it is another one each time.
    path.write_bytes(bytes([*kept, last ^ 1]))
    with pytest.raises(files.DamagedFile):
        files.open_file(stored)
    assert str(stored.pk) in caplog.text


def test_a_file_that_is_gone_is_said_to_be_gone():
    stored = files.store_upload(upload())
    files.path_of(stored).unlink()
    with pytest.raises(files.DamagedFile):
        files.open_file(stored)


def test_handing_a_lost_file_in_again_brings_it_back():
    stored = files.store_upload(upload())
    files.path_of(stored).unlink()
    assert files.store_upload(upload()) == stored
    files.open_file(stored).close()


def test_a_full_disk_keeps_neither_row_nor_file(monkeypatch, settings):
    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(files.StorageFull) as refusal:
        files.store_upload(upload())
    assert refusal.value.status == 507
    assert not StoredFile.objects.exists()
    assert not [name for _path, _dirs, names in os.walk(settings.MEDIA_ROOT) for name in names]


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM core_storedfile",
        "UPDATE core_storedfile SET sha256 = repeat('0', 64)",
        "UPDATE core_storedfile SET size = 1",
    ],
)
def test_the_row_of_a_file_stays(sql):
    files.store_upload(upload())
    with (
        pytest.raises(IntegrityError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


@pytest.mark.django_db(transaction=True)
def test_without_the_guard_the_row_of_a_file_can_go():
    files.store_upload(upload())
    with as_owner(connection), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_storedfile DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM core_storedfile")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE core_storedfile ENABLE TRIGGER USER")
    assert not StoredFile.objects.exists()


def test_a_download_is_run_by_no_browser():
    response = files.file_response(files.store_upload(upload()), name="协议 书.pdf")
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]
    assert b"".join(response) == PDF


def test_the_sweep_finds_what_is_damaged_and_what_belongs_to_nothing(settings, capsys):
    good, bad = files.store_upload(upload()), files.store_upload(upload(content=PDF + b"2"))
    files.path_of(bad).write_bytes(b"x")
    orphan = files.path_of(good).with_name("f" * 64)
    orphan.write_bytes(b"left behind")
    assert files.sweep(now_seconds=time.time()).orphans == ()
    found = files.sweep(now_seconds=time.time() + 2 * 24 * 3600)
    assert (found.damaged, found.orphans) == ((bad.pk,), (orphan,))
    with pytest.raises(CommandError, match="1 stored files"):
        call_command("check_files")


def test_a_new_key_takes_over_sealed_files(settings, capsys):
    stored = files.store_upload(upload(), sealed=True)
    settings.FIELD_KEYS = "2:aes:" + "44" * 32 + "," + settings.FIELD_KEYS
    call_command("reseal")
    settings.FIELD_KEYS = settings.FIELD_KEYS.split(",")[0]
    assert crypto.key_id(files.path_of(stored).read_bytes()) == 2
    with files.open_file(stored) as opened:
        assert opened.read() == PDF


def test_bytes_of_our_own_are_stored_like_an_upload():
    stored = files.store_bytes(b"rows", name="错误 行.xlsx", media_type="text/plain", sealed=True)
    assert isinstance(files.open_file(stored), io.BytesIO)
    with pytest.raises(ValueError, match="nothing"):
        files.store_bytes(b"", name="x", media_type="text/plain")

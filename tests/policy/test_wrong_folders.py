"""Folders as strangers fill them: nothing is passed over in silence, nothing ends in a traceback."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import translation

from apps.policy.models import PolicyDocument
from apps.policy.reader import plain_number
from tests.policy.test_odd_documents import HEADER, SHARE, write
from tests.policy.test_quote_command import answer, arguments, stopped

LATER = HEADER.replace("2030-01-01", "2031-01-01")
NUMBER = "示〔2030〕1号"
BEIJING = "京人社能发〔2022〕11号"


def refused(place: Path) -> str:
    """What is said of a folder that is not loaded: exit code 2, and nothing is there."""
    before = set(PolicyDocument.objects.values_list("key", "sha256"))
    with translation.override("en"), pytest.raises(CommandError) as refusal:
        call_command("load_policies", str(place))
    assert refusal.value.returncode == 2
    assert set(PolicyDocument.objects.values_list("key", "sha256")) == before
    return str(refusal.value)


def _rename(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / "next" / "document.yaml").rename(folder / "next" / name)


def _link(folder: Path, target: str) -> None:
    (folder / "next" / "document.yaml").unlink()
    (folder / "next" / "document.yaml").symlink_to(target)


def _lower(folder: Path, *, below: str) -> None:
    (folder / below).mkdir(parents=True)
    (folder / "next").rename(folder / below / "next")


def _extra(folder: Path, name: str) -> None:
    place = folder / name
    place.parent.mkdir(exist_ok=True)
    place.write_text("person_cap: 1\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_rename("document.yml"), "next: has no document.yaml that can be read"),
        (_rename("Document.yaml"), "next: has no document.yaml that can be read"),
        (_rename("header.yaml"), "next: has no document.yaml that can be read"),
        (lambda folder: _link(folder, "nowhere.yaml"), "next: has no document.yaml that can be read"),
        (lambda folder: _link(folder, "document.yaml"), "next: has no document.yaml that can be read"),
        (lambda folder: _lower(folder, below="more"), "more: the documents in it lie too deep"),
        (lambda folder: _lower(folder, below="more/still"), "more: the documents in it lie too deep"),
        (lambda folder: _extra(folder, "rates.yaml"), "rates.yaml: lies beside the documents"),
        (lambda folder: _extra(folder, "next/more/rates.yaml"), "next/more: is a folder, in which nothing"),
    ],
)
def test_what_nothing_would_read_is_not_passed_over_in_silence(folder, spoil, said):
    write(folder, LATER)
    spoil(folder)
    assert said in refused(folder)


def test_remarks_and_hidden_folders_may_lie_beside(folder):
    write(folder, LATER)
    (folder / "README.md").write_text("which is which", encoding="utf-8")
    _extra(folder, ".editor/settings.yaml")
    (folder / "next" / "scans").mkdir()
    call_command("load_policies", str(folder))
    assert PolicyDocument.objects.filter(key="next").exists()


def _money(folder: Path, content: bytes) -> None:
    (folder / "next" / "money.yaml").write_bytes(content)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: _money(folder, SHARE.encode("gb18030")), "the file is not UTF-8"),
        (lambda folder: _money(folder, SHARE.encode("utf-16")), "the file is not UTF-8"),
        (lambda folder: _money(folder, b"PK\x03\x04\xff"), "the file is not UTF-8"),
        (lambda folder: (folder / "next" / "more.yaml").mkdir(), "cannot be read: Is a directory"),
        (lambda folder: (folder / "next" / "more.yaml").symlink_to("no"), "cannot be read: No such file"),
        (lambda folder: (folder / "next" / "more.yaml").symlink_to("more.yaml"), "symbolic links"),
        (lambda folder: (folder / "next" / "more.yaml").symlink_to("/dev/zero"), "is no plain file"),
        (lambda folder: (folder / "next" / "document.yaml").write_bytes(b""), "key: is missing"),
        (lambda folder: (folder / "again").symlink_to(folder / "next"), "two documents have the key next"),
    ],
)
def test_files_that_are_none_are_told_apart(folder, spoil, said):
    write(folder, LATER)
    spoil(folder)
    assert said in refused(folder)


def test_a_byte_order_mark_and_an_empty_file_do_no_harm(folder):
    write(folder, LATER)
    _money(folder, SHARE.encode("utf-8-sig"))
    (folder / "next" / "later.yaml").write_bytes(b"")
    call_command("load_policies", str(folder))
    assert PolicyDocument.objects.filter(key="next").exists()


@pytest.mark.parametrize("name", ["no-such-folder", "next/money.yaml", "x" * 5000])
def test_a_place_that_is_no_folder_is_answered_in_a_sentence(capsys, folder, name):
    write(folder, LATER)
    assert "Traceback" not in refused(folder / name)
    assert stopped(capsys, *arguments("next"), "--dir", str(folder / name))


@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:1/nothing"])
def test_without_a_database_it_says_so(url):
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    found = subprocess.run(
        [sys.executable, "manage.py", "load_policies"],
        cwd=settings.BASE_DIR,
        env={**kept, "DATABASE_URL": url},
        capture_output=True,
        check=False,
    )
    assert found.returncode == 2
    assert b"Traceback" not in found.stderr


# Figures against each other -------------------------------------------------------------------------
AGE = "age_min:\n  unit: years\n  article: 三\n  note: {zh: 年龄, en: age}\n  value: 60\n"
TERM = "term_months_max:\n  unit: months\n  article: 三\n  note: {zh: 期限, en: term}\n  value: 12\n"
TWICE = AGE.replace("years", "yes_no").replace("60", "no")
TWICE = TWICE.replace("age_min", "same_occupation_and_level_once")
DATED = SHARE.replace("value: 40", "values: {2031-01-01: 40, 2040-01-01: 50}")


@pytest.mark.parametrize(
    ("header", "money", "said"),
    [
        (LATER, AGE, "age_max_male.values: is not above age_min (60) on 2031-01-01"),
        (LATER, TERM, "standard_term_months.values: is above term_months_max (12) on 2031-01-01"),
        (
            LATER + "in_force_until: 2035-12-31\n",
            DATED,
            "advance_share.values.2040-01-01: the document is in force until 2035-12-31",
        ),
        (LATER, TWICE, "same_occupation_and_level_once: write yes"),
        (LATER.replace(NUMBER, '" "'), SHARE, "number: is missing"),
        (LATER + "in_force_article: [一]\n", SHARE, "in_force_article: write it in one line"),
    ],
)
def test_figures_that_contradict_each_other_are_refused(capsys, folder, header, money, said):
    write(folder, header, money)
    assert said in refused(folder)
    asked = arguments("next", on="2031-01-01")
    assert said in stopped(capsys, *asked, "--dir", str(folder), "--language", "en")


def test_what_is_taken_from_a_longer_document_ends_with_this_one(folder):
    write(folder, HEADER, DATED.replace("2031-01-01", "2030-01-01"))
    shorter = LATER.replace("beijing-2022-11", "next").replace("key: next", "key: last")
    shorter = shorter.replace(NUMBER, "示〔2030〕2号") + "in_force_until: 2035-12-31\n"
    write(folder, shorter, "", name="last")
    assert answer(*arguments("last", on="2031-01-01"), "--dir", str(folder))["advance_fen"] > 0


# One number, one key --------------------------------------------------------------------------------
@pytest.mark.parametrize("number", [BEIJING, "京人社能发[2022]11号", "京人社能发（2022） 11 号"])
def test_a_number_that_another_document_has_is_refused_in_one_folder(folder, number):
    write(folder, LATER.replace(NUMBER, number))
    said = refused(folder)
    assert "next/document.yaml: number: " in said
    assert "is the number of the document “beijing-2022-11” already" in said


def test_a_number_that_was_loaded_before_is_refused(folder, tmp_path):
    call_command("load_policies", str(folder / "beijing-2022-11"))
    mine = tmp_path / "mine"
    mine.mkdir()
    write(mine, LATER.replace(NUMBER, BEIJING))
    assert "is the number of the document “beijing-2022-11” already" in refused(mine)


def test_the_same_document_under_the_same_key_is_loaded_as_often_as_one_likes(folder):
    for _twice in range(2):
        call_command("load_policies", str(folder / "beijing-2022-11"))
    write(folder, LATER)
    call_command("load_policies", str(folder / "next"))
    (folder / "next" / "money.yaml").write_text(SHARE.replace("40", "45"), encoding="utf-8")
    call_command("load_policies", str(folder / "next"))
    assert PolicyDocument.objects.filter(number=NUMBER).count() == 1


def test_one_official_document_may_hold_rules_of_two_programmes(folder, tmp_path):
    recovery = folder / "beijing-recovery" / "document.yaml"
    text = recovery.read_text(encoding="utf-8")
    recovery.write_text(text.replace("number: 追回管理约定（北京）", f"number: {BEIJING}"), encoding="utf-8")
    call_command("load_policies", str(folder))
    assert PolicyDocument.objects.filter(number=BEIJING).count() == 2


def test_numbers_are_compared_without_what_people_write_differently():
    assert plain_number(BEIJING) == plain_number("京人社能发【２０２２】11号")
    assert plain_number(BEIJING) != plain_number("京人社能发〔2022〕1号")

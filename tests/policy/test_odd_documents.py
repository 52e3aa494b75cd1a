"""Documents as strangers write them: what has no room, what nobody reads, and what two of them say."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import translation

from apps.casework.models import Deficiency
from apps.catalogue.models import Level
from apps.ledger.models import Fund
from apps.policy.models import PolicyDocument
from apps.policy.values import ARTICLE_MAX, NAME_MAX, NUMBER_MAX, TITLE_MAX
from tests.policy.test_quote_command import answer, arguments, stopped

HEADER = """\
key: next
number: 示〔2030〕1号
title: {zh: 接续方案, en: successor}
jurisdiction: beijing
programme: apprenticeship
issued_on: 2029-12-20
in_force_from: 2030-01-01
succeeds: beijing-2022-11
based_on: beijing-2022-11
"""
SHARE = "advance_share:\n  unit: percent\n  article: 三\n  note: {zh: 预拨, en: ahead}\n  value: 40\n"
LEVEL = "levels:\n  - {code: special, name: {zh: 特级技师, en: special}, rank: 6}\n"
FUND = (
    "fund_order:\n  unit: codes\n  article: 三\n  note: {zh: 渠道, en: funds}\n"
    "  value:\n    - {code: talent, name: {zh: 人才资金, en: talent fund}}\n"
)
LONG = "长" * 101


def write(folder: Path, header: str = HEADER, money: str = SHARE, *, name: str = "next") -> None:
    place = folder / name
    place.mkdir()
    (place / "document.yaml").write_text(header, encoding="utf-8")
    (place / "money.yaml").write_text(money, encoding="utf-8")


@pytest.mark.parametrize(
    ("header", "money", "named"),
    [
        (HEADER.replace("示〔2030〕1号", LONG), SHARE, "number: "),
        (HEADER.replace("示〔2030〕1号", '"一\\n二"'), SHARE, "number: "),
        (HEADER.replace("示〔2030〕1号", '"一\\0"'), SHARE, "line 2: "),
        (HEADER.replace("successor", LONG * 2), SHARE, "title: "),
        (HEADER + LEVEL.replace("特级技师", LONG), SHARE, "levels[1]: "),
        (HEADER, FUND.replace("人才资金", LONG), "fund_order.values.2030-01-01: "),
        (HEADER, SHARE.replace("三", LONG), "advance_share.article: "),
        (HEADER, SHARE + f"  source: {LONG}\n", "advance_share.source: "),
        (HEADER, SHARE.replace("ahead", '"\\x07"'), "line 4: "),
    ],
)
def test_a_text_without_room_in_the_database_is_refused_by_key(folder, header, money, named):
    write(folder, header, money)
    with translation.override("en"), pytest.raises(CommandError) as refused:
        call_command("load_policies", str(folder))
    assert f": {named}" in str(refused.value)
    assert not PolicyDocument.objects.exists()


def test_the_longest_texts_that_are_taken_have_room():
    def room(model, field: str) -> int:
        return model._meta.get_field(field).max_length

    assert min(room(PolicyDocument, "title"), room(PolicyDocument, "title_en")) >= TITLE_MAX
    assert room(PolicyDocument, "number") >= NUMBER_MAX
    assert min(room(model, name) for model in (Level, Fund) for name in ("name", "name_en")) >= NAME_MAX
    assert room(Deficiency, "article") >= NUMBER_MAX + 1 + ARTICLE_MAX


@pytest.mark.parametrize("name", ["more.yml", "more.YAML", "more.json"])
def test_a_file_that_would_not_be_read_is_named(capsys, folder, name):
    (folder / "beijing-2022-11" / name).write_text("person_cap: 1", encoding="utf-8")
    assert stopped(capsys, *arguments(), "--dir", str(folder)).startswith(f"{name}: ")


def test_two_documents_of_one_key_are_asked_for_in_vain(capsys, folder):
    write(folder)
    write(folder, name="other")
    assert "next" in stopped(capsys, *arguments("next", on="2030-01-01"), "--dir", str(folder))


def test_what_is_wrong_beside_is_named_with_its_folder(capsys, folder):
    write(folder, HEADER.replace("based_on: beijing-2022-11\n", ""))
    assert stopped(capsys, *arguments(), "--dir", str(folder)).startswith("next/document.yaml: ")


def test_a_document_of_recovery_says_that_it_has_no_amounts(capsys):
    said = stopped(capsys, *arguments("beijing-recovery"), "--language", "en")
    assert "says nothing of amounts" in said


@pytest.mark.parametrize("place", [0, 1, 2])
def test_bytes_that_are_no_text_are_answered_in_a_sentence(place):
    words: list[str | bytes] = [*arguments()]
    words[place] = [b"\xff", b"--on=\xff", b"--set=level=\xff"][place]
    found = subprocess.run(
        [sys.executable, "manage.py", "quote", *words],
        cwd=settings.BASE_DIR,
        env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        capture_output=True,
        check=False,
    )
    assert found.returncode == 2
    assert found.stdout == b""
    assert len(found.stderr.decode().splitlines()) == 1


@pytest.mark.django_db
def test_a_key_that_is_no_text_is_asked_of_no_database(capsys):
    assert "beijing-2022-11" in stopped(capsys, *arguments("\udcff"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--on", "2023-03-01"], "请先写政策文件"),
        (["beijing-2022-11"], "--on YYYY-MM-DD"),
        (["beijing-2022-11", "--on"], "YYYY-MM-DD"),
        (["beijing-2022-11", "--on", "2023-03-01", "--set"], "--set 名称=取值"),
    ],
)
def test_what_is_left_out_is_asked_for_in_chinese(capsys, words, said):
    assert said in stopped(capsys, *words)


@pytest.mark.parametrize("share", ["33.333333", "66.666667", "0.000001", "99.999999"])
def test_a_share_of_any_length_settles_to_the_fen(folder, share):
    write(folder, money=SHARE.replace("40", share))
    for result in ("passed", "withdrawn"):
        found = answer(*arguments("next", on="2030-01-01", months="7", result=result), "--dir", str(folder))
        assert found["advance_fen"] + found["remainder_fen"] == found["due_fen"]
        assert found["advance_fen"] == 466_667 * int(share.replace(".", "")) // 10**8

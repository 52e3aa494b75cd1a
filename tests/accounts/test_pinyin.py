"""Names are read from the table of the set-up, which is the library's; without it, from the library."""

from io import StringIO

import pytest
from django.core.management import call_command

from apps.accounts import pinyin
from apps.accounts.pinyin import name_pinyin


@pytest.fixture
def no_table(tmp_path, monkeypatch):
    """No table is there, as after a clone."""
    monkeypatch.setattr(pinyin, "READINGS", tmp_path / "readings.txt")
    pinyin._readings.cache_clear()
    yield
    pinyin._readings.cache_clear()


def test_the_table_is_written_once_and_says_what_the_library_says(no_table):
    without = name_pinyin("李芸萱")
    said = StringIO()
    call_command("readings", stdout=said)
    assert int(said.getvalue().split()[0]) > 20_000
    assert name_pinyin("李芸萱") == without == "li yun xuan"
    call_command("readings", stdout=said)
    assert said.getvalue().count("characters") == 1


def test_a_table_of_another_version_is_not_read_but_written_anew(no_table):
    pinyin.READINGS.write_text("pypinyin-0.0\nwrong 王\n", encoding="utf-8")
    assert name_pinyin("王小明") == "wang xiao ming"
    call_command("readings", stdout=StringIO())
    assert pinyin.has_readings()


@pytest.mark.parametrize(
    ("name", "reading"),
    [
        ("王小明", "wang xiao ming"),
        ("曾小明", "zeng xiao ming"),
        ("单于红", "chan yu hong"),
        ("单", "dan"),
        ("欧阳·娜娜", "ou yang · na na"),
        ("𠮷田", "𠮷 tian"),
        ("John Smith", "john smith"),
    ],
)
def test_a_name_is_read_by_character_and_a_surname_in_its_own_way(name: str, reading: str):
    assert name_pinyin(name) == reading

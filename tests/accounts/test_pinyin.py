"""The readings that names are sorted by come from a table in the repository, which is the library's."""

import pytest

from apps.accounts.pinyin import READINGS, name_pinyin, readings_table


def test_the_table_says_what_the_library_says():
    """After an upgrade of the library: write `readings_table()` into READINGS, and look at the difference."""
    assert READINGS.read_text(encoding="utf-8") == readings_table()


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

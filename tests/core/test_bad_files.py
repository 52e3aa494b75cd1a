"""Uploaded tables of every kind: the verdict, and the memory and the time that it may take."""

import io
import resource
import time
from pathlib import Path

import pytest

from apps.core.errors import InvalidInput
from apps.core.spreadsheets import read_table
from apps.core.spreadsheets.reading import CELL_CHARACTERS_MAX
from tests.badfiles.corpus import HEADER, PLAIN, ROW, TABLES, Case, big_cell, columns, workbook

ROWS_MAX = 100
SECONDS_MAX = 20
MEGABYTES_MAX = 1100


def read(content: bytes, rows_max: int = ROWS_MAX) -> tuple[int, dict[int, list[str]]]:
    good, problems = 0, {}
    for row in read_table(io.BytesIO(content), columns=columns(), max_rows=rows_max):
        if row.problems:
            problems[row.number] = [problem.code for problem in row.problems]
        else:
            good += 1
    return good, problems


@pytest.mark.parametrize("case", TABLES, ids=lambda case: case.name)
def test_a_file_gets_the_verdict_that_is_due(case: Case):
    content = case.make()
    started = time.monotonic()
    if case.file:
        with pytest.raises(InvalidInput) as refusal:
            read(content)
        assert refusal.value.code == case.file
        assert "%(" not in refusal.value.message
    else:
        assert read(content) == (case.good, case.problems)
    assert time.monotonic() - started < SECONDS_MAX
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < MEGABYTES_MAX * 1024


def test_the_line_that_breaks_the_encoding_is_the_one_that_is_named():
    """GB18030 gives up on UTF-8 in the header already; the broken byte is in line 4."""
    with pytest.raises(InvalidInput) as refusal:
        read((PLAIN + "李四,11010519491231002X,,\n").encode() + b"\xe5\x88,1,,\n")
    assert refusal.value.code == "file_encoding"
    assert "4" in refusal.value.message


def test_the_line_whose_quotation_mark_is_open_is_named_and_not_the_last_one():
    with pytest.raises(InvalidInput) as refusal:
        read((PLAIN + '李四,1,,"上夜班\n' + "王五,1,,\n" * 20).encode())
    assert refusal.value.code == "file_broken_csv"
    assert "3" in refusal.value.message.replace("23", "")


def test_of_a_cell_that_is_too_long_only_its_beginning_is_passed_on():
    content = (PLAIN + f"{'长' * 400_000},1,,{' ' * 2000}备注\n").encode()
    rows = list(read_table(io.BytesIO(content), columns=columns(), max_rows=ROWS_MAX))
    assert rows[1].cells["name"] == "长" * CELL_CHARACTERS_MAX
    assert rows[1].cells["note"] == "备注"
    assert [problem.field for problem in rows[1].problems] == ["name"]


def test_without_the_look_inside_the_limit_of_memory_still_stops_a_bomb(monkeypatch):
    """The control: with the sizes waved through, it is the process limit that refuses."""
    from apps.core.spreadsheets import reading

    monkeypatch.setitem(reading.LIMITS, "unpacked_max", 1 << 40)
    monkeypatch.setitem(reading.LIMITS, "ratio_max", 1 << 20)
    monkeypatch.setitem(reading.LIMITS, "memory_max", 512 << 20)
    with pytest.raises(InvalidInput) as refusal:
        read(big_cell(800))
    assert refusal.value.code in ("file_too_big", "file_damaged")


def test_a_reader_that_never_ends_is_stopped(monkeypatch):
    from apps.core.spreadsheets import reading

    monkeypatch.setitem(reading.LIMITS, "cpu_seconds", 1)
    monkeypatch.setitem(reading.LIMITS, "unpacked_max", 1 << 40)
    monkeypatch.setitem(reading.LIMITS, "ratio_max", 1 << 20)
    with pytest.raises(InvalidInput) as refusal:
        read(big_cell(800))
    assert refusal.value.code == "file_too_slow"


def test_the_reader_knows_no_secret(monkeypatch):
    """Nothing of our environment, and no import of ours, is in the process that touches hostile bytes."""
    import subprocess
    import sys

    from django.conf import settings

    script = (
        "import apps.core.sandbox.__main__, apps.core.sandbox.workbook, apps.core.sandbox.textfile, sys;"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'django', 'config', 'psycopg2'}))"
    )
    out = subprocess.run(
        [sys.executable, "-c", script], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    assert out.stdout.strip() == "[]"


def children() -> set[str]:
    """The children of this process that live, or that nobody has waited for."""
    tasks = Path("/proc/self/task").iterdir()
    return {pid for task in tasks for pid in (task / "children").read_text().split()}


def test_the_child_ends_when_the_reader_is_left_half_way():
    # A browser of another test may be a child of this process as well.
    before = children()
    rows = read_table(io.BytesIO(workbook([HEADER] + [ROW] * 5000)), columns=columns(), max_rows=10_000)
    assert next(rows).number == 2
    assert children() > before
    rows.close()
    assert children() == before


def test_memory_does_not_grow_with_the_file():
    """One frame of rows is held at a time on this side of the pipe."""
    header, row = PLAIN.splitlines(keepends=True)
    small, large = ((header + row * count).encode() for count in (2_000, 90_000))
    read(small, 100_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    read(large, 100_000)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 * 1024


def test_a_row_keeps_the_number_that_its_author_sees():
    content = workbook([["名单"], HEADER, ROW, [], ROW])
    assert [row.number for row in read_table(io.BytesIO(content), columns=columns(), max_rows=9)] == [3, 5]


def test_cells_come_as_texts_and_empty_ones_as_nothing():
    content = workbook(
        [["备注", "身份证号", "姓名"], [12.0, "x", " 张三 "], [True, "y", "李四"], [0.1, None, "王五"]]
    )
    rows = list(read_table(io.BytesIO(content), columns=columns(), max_rows=9))
    assert [row.cells for row in rows] == [
        {"name": "张三", "id_number": "x", "mobile": None, "note": "12"},
        {"name": "李四", "id_number": "y", "mobile": None, "note": "TRUE"},
        {"name": "王五", "id_number": None, "mobile": None, "note": "0.1"},
    ]


def test_a_refusal_names_the_columns():
    with pytest.raises(InvalidInput) as refusal:
        read(workbook([["姓名", "证件"], ROW[:2]]))
    assert "身份证号" in refusal.value.message
    assert "证件" in refusal.value.message

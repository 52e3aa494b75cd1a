import io
from datetime import date

import openpyxl
import pytest
from django.utils.translation import override

from apps.core.errors import Problem
from apps.core.spreadsheets import (
    Column,
    Sheet,
    problems_workbook,
    read_table,
    template_workbook,
    write_workbook,
)
from apps.core.spreadsheets.writing import safe_text

COLUMNS = [
    Column("name", "姓名", example="张三"),
    Column("id_number", "身份证号", text=True, note="18 位"),
    Column("level", "等级", choices=("中级工", "高级工"), required=False),
]


def loaded(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def written(sheets: list[Sheet]) -> openpyxl.Workbook:
    buffer = io.BytesIO()
    write_workbook(buffer, sheets)
    return loaded(buffer.getvalue())


def test_what_is_written_is_read_back():
    rows = [["张三", "11010519491231002X", "中级工"], ["李四", "110105194912310010", None]]
    buffer = io.BytesIO()
    write_workbook(buffer, [Sheet("名单", COLUMNS, rows)])
    read = list(read_table(buffer, columns=COLUMNS, max_rows=10))
    assert [list(row.cells.values()) for row in read] == rows


def test_digits_are_written_as_text():
    page = written([Sheet("名单", COLUMNS, [["张三", "110105194912310010", ""]])]).active
    assert (page["B2"].value, page["B2"].data_type, page["B2"].number_format) == (
        "110105194912310010",
        "s",
        "@",
    )


def test_rows_may_be_mappings_and_kinds_have_their_form():
    columns = [
        Column("n", "人数", kind="number"),
        Column("y", "金额", kind="yuan"),
        Column("d", "日期", kind="day"),
    ]
    page = written(
        [Sheet("表", columns, [{"n": 3, "y": 1_360_050, "d": date(2023, 3, 1), "other": 1}])]
    ).active
    assert [cell.value for cell in page[2]][:2] == [3, 13600.5]
    assert page["C2"].value.date() == date(2023, 3, 1)
    assert page["B2"].number_format == "#,##0.00"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+3", "'-2+3"),
        ("\t=1", "'\t=1"),
        ("＝1", "'＝1"),
        ("-12.50", "-12.50"),
        ("+86", "+86"),
        ("张三=", "张三="),
    ],
)
def test_nothing_that_is_written_can_run(text, safe):
    assert safe_text(text) == safe
    cell = written([Sheet("表", [Column("a", "A")], [[text]])]).active["A2"]
    assert (cell.value, cell.data_type) == (safe, "s")


def test_the_header_stays_in_sight():
    assert written([Sheet("表", COLUMNS, [])]).active.freeze_panes == "A2"


def test_the_template_has_text_columns_choices_and_notes():
    book = loaded(template_workbook(COLUMNS, notes=["每行一人"]))
    page, notes = book.worksheets
    assert [cell.value for cell in page[1]] == ["姓名", "身份证号", "等级"]
    assert page.column_dimensions["B"].width > 0
    assert str(page.data_validations.dataValidation[0].sqref).startswith("C2:")
    shown = [cell.value for row in notes.iter_rows() for cell in row if cell.value]
    assert {"18 位", "张三", "每行一人"} <= set(shown)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_filled_template_is_read_in_either_language(language):
    with override(language):
        content = template_workbook(COLUMNS)
    book = loaded(content)
    book.worksheets[0].append(["张三", "11010519491231002X", "中级工"])
    buffer = io.BytesIO()
    book.save(buffer)
    assert [row["name"] for row in read_table(buffer, columns=COLUMNS, max_rows=10)] == ["张三"]


def test_rows_to_correct_carry_every_reason_and_can_be_uploaded_again():
    problems = [Problem("a", "第一个原因", article="第三条"), Problem("b", "第二个原因")]
    cells = {"name": "张三", "id_number": "1", "level": None}
    content = problems_workbook(COLUMNS, [(17, cells, problems)])
    page = loaded(content).active
    assert page["A2"].value == "17"
    assert page["B2"].value == "第一个原因 (第三条)\n第二个原因"
    again = list(read_table(io.BytesIO(content), columns=COLUMNS, max_rows=10))
    assert [row.cells for row in again] == [cells]

"""Workbooks as LibreOffice writes them, from what an enterprise typed, are taken like our own template."""

import shutil
import subprocess

import openpyxl
import pytest

from apps.apprentices.models import Enrolment
from apps.apprentices.roster.columns import COLUMNS, TEMPLATE_NOTES
from apps.core.spreadsheets import template_workbook
from tests.apprentices.conftest import csv_bytes, line
from tests.factories import numbers

pytestmark = pytest.mark.slow
CSV = "Text - txt - csv (StarCalc)"
# Columns that LibreOffice shall take as text (2), as people set it when they import a csv file.
AS_TEXT = "44,34,76,1,1/2/2/2/3/2"


def converted(tmp_path, source, *filters: str):
    """The workbook that LibreOffice makes of a file."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("there is no LibreOffice on this machine")
    subprocess.run(
        [
            program,
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--headless",
            "--convert-to",
            "xlsx",
            *filters,
            "--outdir",
            str(tmp_path / "out"),
            str(source),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return (tmp_path / "out" / source.with_suffix(".xlsx").name).read_bytes()


def test_a_csv_that_went_through_libreoffice_is_taken(tmp_path, read):
    source = tmp_path / "roster.csv"
    source.write_bytes(csv_bytes([line(name="王小明"), line(name="李小红")]))
    content = converted(tmp_path, source, f"--infilter={CSV}:{AS_TEXT}")
    roster_file = read(content, "roster.xlsx")
    problems = [problem.problems for problem in roster_file.problems.all()]
    assert (roster_file.good_rows, problems) == (2, [])


def test_id_numbers_that_libreoffice_made_numbers_are_refused_not_garbled(tmp_path, read):
    """Without text columns the last places of 18 digits are gone: nobody may be enrolled by such a number."""
    source = tmp_path / "roster.csv"
    number = next(n for n in (numbers.id_number() for _ in range(50)) if n.isdigit())
    source.write_bytes(csv_bytes([line(id_number=number)]).replace(b'"', b""))
    roster_file = read(converted(tmp_path, source, f"--infilter={CSV}:44,34,76,1"), "roster.xlsx")
    assert (roster_file.good_rows, roster_file.refusal) == (0, "")
    assert [one["code"] for one in roster_file.problems.get().problems] == ["id_numeric"]


def test_our_template_filled_in_and_saved_by_libreoffice_is_taken(tmp_path, read):
    template = tmp_path / "template.xlsx"
    template.write_bytes(template_workbook(COLUMNS, TEMPLATE_NOTES))
    book = openpyxl.load_workbook(template)
    for place, cell in enumerate(line(name="王小明"), start=1):
        book.worksheets[0].cell(row=2, column=place, value=cell).number_format = "@"
    book.save(template)
    roster_file = read(converted(tmp_path, template), "roster.xlsx")
    assert (roster_file.good_rows, roster_file.bad_rows) == (1, 0)
    assert Enrolment.objects.get().person.name == "王小明"

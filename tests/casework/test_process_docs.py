"""The page on the process says what the tables permit."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import translation

from apps.casework import process_diagram, subjects

PAGE = Path(settings.BASE_DIR) / "docs" / "process.md"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def test_the_page_tells_of_the_steps_that_the_tables_permit():
    assert not process_diagram.is_stale(PAGE), "run manage.py process_diagram --write"


def test_a_page_that_leaves_a_step_out_is_stale(tmp_path, settings):
    page = PAGE.read_text(encoding="utf-8")
    (tmp_path / "docs").mkdir()
    stale = tmp_path / "docs" / "process.md"
    stale.write_text(page.replace("    consent --> countersign : consent\n", ""), encoding="utf-8")
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match="stale"):
        call_command("process_diagram", "--check")
    call_command("process_diagram", "--write")
    call_command("process_diagram", "--check")
    assert stale.read_text(encoding="utf-8") == page


def test_a_page_without_its_markers_is_not_written_over():
    with pytest.raises(ValueError, match="needs one line"):
        process_diagram.written_into("# The process\n")


def test_every_step_of_every_table_is_drawn():
    drawn = process_diagram.document()
    for subject in subjects.all_subjects():
        for source, action, target in subject.table.triples() if subject.table else ():
            assert f"    {source} --> {target} : {action}\n" in drawn

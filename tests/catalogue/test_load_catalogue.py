"""Loading the catalogue's files: whole, again without harm, and never half."""

import shutil
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.catalogue import selectors
from apps.catalogue.files import base_levels, catalogue_dir, read_rows
from apps.catalogue.models import Industry, Level, Occupation, OccupationListing, ProhibitedIndustry
from apps.catalogue.services.load_catalogue import load_catalogue
from apps.core.errors import InvalidInput


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "catalogue"
    shutil.copytree(catalogue_dir(), copy)
    return copy


def everything() -> list[list[dict]]:
    models = (Level, Occupation, OccupationListing, Industry, ProhibitedIndustry)
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_the_project_s_catalogue_loads_and_loads_again_unchanged():
    loaded = load_catalogue()
    before = everything()
    assert load_catalogue() == loaded
    assert everything() == before
    assert loaded.occupations == Occupation.objects.count() >= 70
    assert [level.code for level in Level.objects.all()] == [level.code for level in base_levels()]


def test_the_demonstration_has_scarce_occupations_within_and_outside_the_evaluation_scope():
    load_catalogue()
    day = date(2023, 3, 1)
    scarce = selectors.scarce_codes(day)
    within = {code for code in scarce if selectors.in_evaluation_scope(code, "senior", day)}
    assert within
    assert scarce - within


def test_the_project_s_files_say_that_they_are_a_demonstration():
    for name in ("occupations.csv", "occupation_lists.csv", "prohibited_industries.csv"):
        assert (catalogue_dir() / name).read_text(encoding="utf-8").startswith("# Demonstration data")


def test_a_changed_last_day_ends_a_listing(folder):
    load_catalogue(folder)
    lists = folder / "occupation_lists.csv"
    text = lists.read_text(encoding="utf-8")
    lists.write_text(
        text.replace("scarce,6-18-02-04,,2022-05-27,,", "scarce,6-18-02-04,,2022-05-27,2024-06-30,"),
        encoding="utf-8",
    )
    load_catalogue(folder)
    assert selectors.is_scarce("6-18-02-04", date(2024, 6, 30))
    assert not selectors.is_scarce("6-18-02-04", date(2024, 7, 1))


@pytest.mark.parametrize(
    ("file", "line", "sentence"),
    [
        ("occupations.csv", "1-01-01-01,", "write 3 cells"),
        ("occupations.csv", "1-01-01-01,,name", "write code, name and name_en"),
        ("occupations.csv", "6-31-01-03,电工,electrician", "twice"),
        (
            "occupation_lists.csv",
            "scarce,9-99-99-99,,2022-05-27,,文件,",
            "9-99-99-99 is not in the catalogue",
        ),
        ("occupation_lists.csv", "scarce,6-31-01-02,master,2022-05-27,,文件,", "master is not in the"),
        ("occupation_lists.csv", "scarce,6-31-01-02,,20220527,,文件,", "YYYY-MM-DD"),
        ("occupation_lists.csv", "scarce,6-31-01-02,,2022-02-30,,文件,", "no such day"),
        ("occupation_lists.csv", "scarce,6-31-01-02,,2022-05-27,2022-05-26,文件,", "lies before"),
        ("occupation_lists.csv", "scarce,6-31-01-02,,2022-05-27,,,", "write the document"),
        ("occupation_lists.csv", "scarce,6-31-01-03,,2022-05-27,,文件,", "twice"),
        ("prohibited_industries.csv", "99,2022-05-27,,文件,", "99 is not in the catalogue"),
        ("levels.csv", "master,首席技师,chief,top", "whole number"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_loaded(folder, file, line, sentence):
    path = folder / file
    text = path.read_text(encoding="utf-8").rstrip("\n") + f"\n{line}\n"
    path.write_text(text, encoding="utf-8")
    number = len(text.splitlines())
    with pytest.raises(InvalidInput) as refused:
        load_catalogue(folder)
    assert f"{file}" in refused.value.message
    assert str(number) in refused.value.message
    assert sentence in refused.value.message
    assert not Occupation.objects.exists()


def test_another_header_is_refused(folder):
    (folder / "levels.csv").write_text("code,name\nsenior,高级工\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"levels\.csv: the first line must be code,name,name_en,rank"):
        load_catalogue(folder)


def test_a_file_that_is_not_utf8_is_refused(folder):
    (folder / "levels.csv").write_bytes("code,name,name_en,rank\nsenior,高级工,x,3\n".encode("gb18030"))
    with pytest.raises(InvalidInput, match=r"levels\.csv cannot be read"):
        load_catalogue(folder)


def test_a_byte_order_mark_and_remarks_are_read_over(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("\ufeff# a remark\ncode,name\n\n1,一\n".encode())
    assert list(read_rows(path, ("code", "name"))) == [(4, {"code": "1", "name": "一"})]


def test_the_command_counts_what_it_loaded(folder):
    out = StringIO()
    call_command("load_catalogue", str(folder), stdout=out)
    assert "occupations" in out.getvalue()


def test_the_command_says_in_a_sentence_what_is_wrong(tmp_path):
    with pytest.raises(CommandError, match=r"levels\.csv cannot be read"):
        call_command("load_catalogue", str(tmp_path))

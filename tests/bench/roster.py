"""A roster file, from the upload on the disk to stored, validated, sealed and audited rows.

The limit reads the same workbook with calamine and copies the cells into a table without keys. The peer is
django-import-export with its defaults (XLSX format, Resource, one model without encryption or history) and
the same judging of rows. Ours runs in a worker process of its own; its memory is its peak plus that of the
sandbox. The three take turns, so that they see the same machine.
"""

import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import python_calamine
import xlsxwriter
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection, models

from apps.apprentices.models import RosterFile
from apps.apprentices.requirements import requirements_on
from apps.apprentices.roster.judge import FIELDS, GoodRow, Judge
from apps.core.db import as_owner
from apps.core.files import store_bytes
from tests.bench.report import Row
from tests.factories import apprentices as make

# Sizes of the file, and how many turns are taken.
SIZES = {"small": ((10_000, 50_000), 3), "full": ((10_000, 50_000, 100_000), 5)}
PEER_ROWS = {"small": 1_000, "full": 5_000}
MEMORY_MB_MAX = 400
HEADINGS = (
    "姓名",
    "身份证号",
    "手机号",
    "岗位类别",
    "合同起始日",
    "合同终止日",
    "是否在本市缴纳社保",
    "人员类别",
    "培训协议签订日",
    "备注",
)
_SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
)
_GIVEN = "伟芳娜敏静秀丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰红梅建国文辉力保东海波宁贵福生龙元全胜学"
_POSTS = ("新招用", "转岗", "企业自主确定", "劳务派遣")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Reading:
    """One file read: how long it took, and at ours how much memory."""

    seconds: float
    megabytes: float = 0.0


def run(scale: str) -> list[Row]:
    """Measure every size in turns and the peer on a file of its own size; rows a second."""
    sizes, turns = SIZES[scale]
    random = Random(20221127)  # noqa: S311 - people of nobody, the same in every run
    make.policy()
    _bare_table()
    peer = _peer(PEER_ROWS[scale], random)
    rows: list[Row] = []
    growth: dict[int, float] = {}
    memory: dict[int, float] = {}
    for size in sizes:
        limits, ours = [], []
        for _turn in range(turns):
            with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
                _write_workbook(Path(file.name), size, random)
                limits.append(_limit(Path(file.name)))
                ours.append(_ours(Path(file.name), size))
        rate = size / statistics.median(reading.seconds for reading in ours)
        limit = size / statistics.median(limits)
        growth[size], memory[size] = rate, max(reading.megabytes for reading in ours)
        note = "limit: calamine and a bare COPY; peer: import-export's default, smaller file"
        rows.append(Row(f"roster of {size:,} rows", rate, peer, limit, "rows/s", note, 4.0, 20.0))
    rows[-1] = Row(**{**_fields(rows[-1]), "growth": growth})
    peak = Row("its peak memory", memory[sizes[-1]], None, MEMORY_MB_MAX, "MB", "limit: the goal", 1.0)
    return [*rows, Row(**{**_fields(peak), "growth": memory})]


def _fields(row: Row) -> dict[str, Any]:
    return {name: getattr(row, name) for name in Row.__slots__}


def people(size: int, random: Random) -> Iterator[list[str]]:
    """Right rows that differ as those of real rosters do: names, numbers, days."""
    first = random.randrange(1, 80_000_000)
    for place in range(first, first + size):
        starts = date(2022, 1, 1) + timedelta(days=random.randrange(400))
        ends = starts + timedelta(days=random.choice((730, 1095, 1825)) + random.randrange(30))
        yield [
            random.choice(_SURNAMES) + "".join(random.choices(_GIVEN, k=random.choice((1, 2, 2)))),
            _id_number(place),
            f"1{random.choice('3578')}{place % 10**9:09d}",
            random.choice(_POSTS),
            starts.isoformat(),
            ends.isoformat(),
            "是",
            "在职职工",
            (date(2022, 12, 1) + timedelta(days=random.randrange(80))).isoformat(),
            "" if random.random() < 0.9 else "班组长",
        ]


def _id_number(place: int) -> str:
    born = date(1970, 1, 1) + timedelta(days=place % 12_000)
    body = f"11{place // 12_000 % 10_000:04d}{born:%Y%m%d}{place % 999:03d}"
    check = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11
    return body + "10X98765432"[check]


def _write_workbook(path: Path, size: int, random: Random) -> None:
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADINGS)
        for row, cells in enumerate(people(size, random), start=1):
            for column, cell in enumerate(cells):
                if cell:
                    page.write_string(row, column, cell)


def _bare_table() -> None:
    with as_owner(connection), connection.cursor() as cursor:
        columns = ", ".join(f"{name} text" for name in FIELDS)
        cursor.execute(f"CREATE TABLE IF NOT EXISTS bare_roster ({columns})")
        cursor.execute(f"GRANT SELECT, INSERT ON bare_roster TO {settings.APP_DB_ROLE}")


def _limit(path: Path) -> float:
    begun = time.perf_counter()
    sheet = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    rows = sheet.iter_rows()
    next(rows)
    text = "".join("\t".join(row) + "\n" for row in rows)
    with connection.cursor() as cursor:
        cursor.copy_expert("COPY bare_roster FROM STDIN", io.BytesIO(text.encode()))
    return time.perf_counter() - begun


def _ours(path: Path, size: int) -> Reading:
    shop = make.workshop(headcount=size)
    roster_file = RosterFile.objects.create(
        training_class=make.open_class(shop),
        file=store_bytes(path.read_bytes(), name="roster.xlsx", media_type=XLSX, sealed=True),
        name="roster.xlsx",
        judged_on=make.ON,
        uploaded_by_id=shop.clerk.user_id,
    )
    answer = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.bench.roster_reader",
            connection.settings_dict["NAME"],
            str(settings.MEDIA_ROOT),
            str(roster_file.pk),
        ],
        capture_output=True,
        text=True,
        check=True,
        cwd=settings.BASE_DIR,
        env=os.environ | {"PYTHONWARNINGS": "ignore"},
    )
    seconds, megabytes, good, bad, state = answer.stdout.split()[-5:]
    if (int(good), int(bad), state) != (size, 0, "done"):
        raise AssertionError(f"{good} of {size} rows were taken, {bad} were not ({state})")
    return Reading(float(seconds), float(megabytes))


class PlainRow(models.Model):
    """What a user of import-export would make of a roster: one table, everything in clear."""

    name = models.CharField(max_length=50)
    id_number = models.CharField(max_length=18, unique=True)
    mobile = models.CharField(max_length=11)
    post_kind = models.CharField(max_length=16)
    contract_from = models.DateField()
    contract_to = models.DateField(null=True)
    insured_in_city = models.BooleanField()
    person_status = models.CharField(max_length=24)
    agreement_signed_on = models.DateField(null=True)
    remark = models.CharField(max_length=200, blank=True)

    class Meta:
        # import-export asks the registry for the app; this module is only loaded by the bench.
        app_label = "core"
        db_table = "bench_plain_row"


def _peer(size: int, random: Random) -> float:
    """Rows a second of import-export: its XLSX format, its Resource, its defaults, our judge in between."""
    from django.core.exceptions import ValidationError
    from import_export import resources
    from import_export.formats import base_formats

    with as_owner(connection):
        with connection.schema_editor() as editor:
            editor.create_model(PlainRow)
        with connection.cursor() as cursor:
            cursor.execute(
                f"GRANT SELECT, INSERT, UPDATE, DELETE ON bench_plain_row TO {settings.APP_DB_ROLE}"
            )
            cursor.execute(f"GRANT ALL ON SEQUENCE bench_plain_row_id_seq TO {settings.APP_DB_ROLE}")
    judge = Judge(requirements_on(make.ON))

    class Roster(resources.ModelResource):
        class Meta:
            model = PlainRow
            import_id_fields = ("id_number",)
            exclude = ("id",)

        def before_import_row(self, row: Any, **options: Any) -> None:  # noqa: ARG002 - import-export's name
            found = judge.row(1, [row[name] or "" for name in FIELDS])
            if not isinstance(found, GoodRow):
                raise ValidationError(str(found))
            row.update({name: getattr(found, name) for name in FIELDS})

    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        _write_workbook(Path(file.name), size, random)
        content = _with_field_names(Path(file.name))
    begun = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = base_formats.XLSX().create_dataset(content)
        result = Roster().import_data(dataset, dry_run=False)
    seconds = time.perf_counter() - begun
    if result.has_errors() or PlainRow.objects.count() != size:
        raise AssertionError("the peer did not take every row")
    return size / seconds


def _with_field_names(path: Path) -> bytes:
    """The same workbook with the headings that a Resource expects."""
    import openpyxl

    book = openpyxl.load_workbook(path)
    for column, name in enumerate(FIELDS, start=1):
        book.active.cell(row=1, column=column, value=name)
    buffer = io.BytesIO()
    book.save(buffer)
    return ContentFile(buffer.getvalue()).read()

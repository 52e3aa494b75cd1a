"""What tests of rosters share: a workshop with an open class, and files as enterprises make them."""

import io
from collections.abc import Callable, Sequence

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.apprentices import services
from apps.apprentices.models import RosterFile, TrainingClass
from tests.factories import apprentices as make
from tests.ground import stands

HEADINGS = [
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
]
Rows = Sequence[Sequence[object]]


@pytest.fixture
def shop() -> make.Workshop:
    return make.workshop()


@pytest.fixture
@stands
def training_class(shop: make.Workshop) -> TrainingClass:
    return make.open_class(shop)


def line(**values: object) -> list[object]:
    """The cells of one right row, in the order of the headings."""
    return list(make.entry(**values).values())


def csv_bytes(rows: Rows, *, headings: Sequence[str] = HEADINGS, encoding: str = "utf-8") -> bytes:
    lines = [headings, *rows]
    return "".join(",".join(f'"{cell}"' for cell in row) + "\r\n" for row in lines).encode(encoding)


def xlsx_bytes(rows: Rows, *, headings: Sequence[str] = HEADINGS) -> bytes:
    """A workbook; Python numbers become number cells, everything else text."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        page = book.add_worksheet()
        for row, cells in enumerate([headings, *rows]):
            for column, cell in enumerate(cells):
                if isinstance(cell, int | float):
                    page.write_number(row, column, cell)
                else:
                    page.write_string(row, column, str(cell))
    return buffer.getvalue()


@pytest.fixture
def read(shop: make.Workshop, training_class: TrainingClass) -> Callable[..., RosterFile]:
    """Upload a file to the class and read it to its end, as the worker would."""

    def upload_and_read(content: bytes, name: str = "roster.csv", **options: object) -> RosterFile:
        upload = SimpleUploadedFile(name, content)
        roster_file = services.upload_roster(shop.clerk, training_class, upload, on=make.ON)
        return services.read_roster(roster_file, **options)

    return upload_and_read

"""A roster file is read: good rows are taken, every other row comes back with its reasons."""

import gc
import io
import sys

import openpyxl
import pytest
from django.db import connection
from django.utils import translation

from apps.apprentices import services
from apps.apprentices.enums import EnrolmentState, RosterState
from apps.apprentices.models import Enrolment, LineSeats, RosterProblem
from apps.apprentices.roster.giving_back import bad_rows
from apps.apprentices.roster.pipeline import quick_turns
from apps.casework.engine import Opinion
from apps.core.files import open_file
from apps.core.spreadsheets.reading import CELL_CHARACTERS_MAX
from tests.apprentices.conftest import HEADINGS, csv_bytes, line, xlsx_bytes
from tests.factories import apprentices as make
from tests.factories import numbers


def reasons(roster_file) -> dict[int, list[str]]:
    return {
        problem.row: [found["code"] for found in problem.problems]
        for problem in RosterProblem.objects.filter(roster_file=roster_file)
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_file_is_read_in_each_encoding_that_spreadsheets_write(read, encoding):
    roster_file = read(csv_bytes([line(name="䶮晓明"), line(name="欧阳·娜娜")], encoding=encoding))
    assert (roster_file.state, roster_file.good_rows, roster_file.bad_rows) == (RosterState.DONE, 2, 0)
    assert set(Enrolment.objects.values_list("person__name", flat=True)) == {"䶮晓明", "欧阳·娜娜"}


def test_a_workbook_is_read(read):
    roster_file = read(xlsx_bytes([line(), line()]), "roster.xlsx")
    assert (roster_file.state, roster_file.good_rows) == (RosterState.DONE, 2)


def test_what_was_typed_is_stored_sealed_and_opens_again(read):
    number, mobile = numbers.id_number(), numbers.mobile()
    read(csv_bytes([line(name="王小明", id_number=number, mobile=mobile, remark="班长\\t,组长")]))
    enrolment = Enrolment.objects.select_related("person").get()
    assert enrolment.person.id_number == number
    assert enrolment.person.mobile == mobile
    assert enrolment.person.name_pinyin == "wang xiao ming"
    assert enrolment.remark == "班长\\t,组长"
    assert enrolment.roster_row == 2


def test_good_rows_are_kept_beside_bad_ones(read):
    roster_file = read(csv_bytes([line(), line(contract_to="2023-05-31"), line()]))
    assert (roster_file.good_rows, roster_file.bad_rows) == (2, 1)
    assert reasons(roster_file) == {3: ["contract_too_short"]}


def test_every_reason_of_a_row_is_told_at_once(read):
    roster_file = read(csv_bytes([line(name="", mobile="123", insured_in_city="否", person_status="学生")]))
    assert reasons(roster_file) == {2: ["name_blank", "mobile_form", "not_insured", "full_time_student"]}


def test_an_id_number_that_was_typed_as_a_number_is_refused(read):
    roster_file = read(xlsx_bytes([line(id_number=110101199001011237)]), "roster.xlsx")
    assert reasons(roster_file) == {2: ["id_numeric"]}


def test_a_mobile_number_that_was_typed_as_a_number_is_taken(read):
    roster_file = read(xlsx_bytes([line(mobile=13812345678)]), "roster.xlsx")
    assert roster_file.good_rows == 1
    assert Enrolment.objects.get().person.mobile == "13812345678"


def test_the_same_person_twice_in_a_file_is_taken_once_and_the_first_row_named(read):
    number = numbers.id_number()
    roster_file = read(csv_bytes([line(id_number=number), line(id_number=number.lower())]))
    assert roster_file.good_rows == 1
    problem = RosterProblem.objects.get()
    assert problem.problems == [{"code": "twice_in_file", "field": "id_number", "params": {"first": 2}}]


def test_the_first_row_is_named_across_chunks_too(read):
    number = numbers.id_number()
    rows = [line(id_number=number), *[line() for _ in range(1500)], line(id_number=number)]
    LineSeats.objects.update(seats=5000)
    roster_file = read(csv_bytes(rows), chunk_rows=1000)
    assert roster_file.good_rows == 1501
    assert RosterProblem.objects.get().problems[0]["params"] == {"first": 2}


def test_a_corrected_file_may_be_uploaded_whole(read):
    first, second = line(), line(contract_to="2023-05-31")
    read(csv_bytes([first, second]))
    second[5] = "2025-12-31"
    roster_file = read(csv_bytes([first, second]))
    assert (roster_file.good_rows, roster_file.known_rows, roster_file.bad_rows) == (1, 1, 0)


@pytest.mark.parametrize(
    ("column", "changed"),
    [
        ("contract_to", "2030-12-31"),
        ("contract_to", "无固定期限"),
        ("contract_from", "2022-12-01"),
        ("post_kind", "转岗"),
        ("remark", "夜班"),
    ],
)
def test_what_is_written_otherwise_of_somebody_on_the_roster_comes_back(read, column, changed):
    number = numbers.id_number()
    read(csv_bytes([line(id_number=number, remark="白班")]))
    before = Enrolment.objects.values().get()
    roster_file = read(csv_bytes([line(id_number=number, **{"remark": "白班", column: changed})]))
    assert (roster_file.known_rows, roster_file.bad_rows) == (0, 1)
    assert RosterProblem.objects.get().problems == [{"code": "differs", "field": column}]
    assert Enrolment.objects.values().get() == before


def test_another_name_for_somebody_on_the_roster_comes_back(read):
    number = numbers.id_number()
    read(csv_bytes([line(id_number=number, name="赵六")]))
    assert reasons(read(csv_bytes([line(id_number=number, name="赵七")]))) == {2: ["name_differs"]}


def test_an_empty_cell_says_nothing_against_the_roster(read):
    number = numbers.id_number()
    read(csv_bytes([line(id_number=number, remark="白班", agreement_signed_on="2023-02-01")]))
    again = read(csv_bytes([line(id_number=number, remark="", agreement_signed_on="")]))
    assert (again.known_rows, again.bad_rows) == (1, 0)


def test_somebody_who_is_enrolled_elsewhere_is_refused_without_saying_where(read):
    elsewhere = make.workshop(district="110108")
    number = numbers.id_number()
    make.register(elsewhere, make.open_class(elsewhere), id_number=number)
    roster_file = read(csv_bytes([line(id_number=number)]))
    assert reasons(roster_file) == {2: ["enrolled_elsewhere"]}
    workbook = open_file(roster_file.error_workbook).read()
    cells = [str(cell.value) for row in openpyxl.load_workbook(io.BytesIO(workbook)).active for cell in row]
    told = "".join(cells)
    assert elsewhere.enterprise.organisation.name not in told
    assert "海淀" not in told


def test_an_id_number_with_another_name_on_record_is_refused(read):
    number = numbers.id_number()
    elsewhere = make.workshop()
    enrolment = make.register(elsewhere, make.open_class(elsewhere), id_number=number, name="赵六")
    services.remove_registration(elsewhere.clerk, enrolment, on=make.ON, opinion=Opinion(reason="登记有误"))
    assert reasons(read(csv_bytes([line(id_number=number, name="赵七")]))) == {2: ["name_differs"]}


def test_rows_beyond_the_headcount_are_refused_in_the_order_of_the_file(read):
    LineSeats.objects.update(seats=2)
    roster_file = read(csv_bytes([line(), line(contract_to="2022-01-01"), line(), line(), line()]))
    assert roster_file.good_rows == 2
    assert reasons(roster_file) == {3: ["contract_order"], 5: ["no_seat"], 6: ["no_seat"]}


def test_the_rows_to_correct_come_back_as_a_workbook_with_their_reasons(read):
    bad = line(name="钱七", contract_to="2023-05-31")
    roster_file = read(csv_bytes([line(), bad]))
    assert roster_file.error_workbook.sealed
    with translation.override("zh-hans"):
        content = open_file(roster_file.error_workbook).read()
    page = openpyxl.load_workbook(io.BytesIO(content)).active
    headings, row = [[cell.value for cell in cells] for cells in page.iter_rows()]
    assert row[0] == "3"
    assert row[2:4] == ["钱七", bad[1]]
    assert len(headings) == 12
    marked = [cell.value for cell in page[2] if cell.fill.fgColor.rgb == "FFFBE3E0"]
    assert marked == ["2023-05-31"]


def test_a_reason_that_several_columns_share_names_its_column(read):
    roster_file = read(
        csv_bytes([line(contract_from="2023-13-01", agreement_signed_on="46296", mobile="12")])
    )
    with translation.override("zh-hans"):
        ((_row, _cells, reasons_of_row),) = bad_rows(roster_file)
    assert [str(one.message).split("：")[0] for one in reasons_of_row] == [
        "手机号应为11位数字，以13至19开头。",
        "合同起始日",
        "培训协议签订日",
    ]


def test_the_workbook_of_rows_to_correct_can_be_corrected_and_uploaded(read):
    roster_file = read(csv_bytes([line(contract_to="2023-05-31")]))
    book = openpyxl.load_workbook(io.BytesIO(open_file(roster_file.error_workbook).read()))
    book.active["H2"] = "2025-12-31"
    corrected = io.BytesIO()
    book.save(corrected)
    again = read(corrected.getvalue(), "corrected.xlsx")
    assert (again.good_rows, again.bad_rows) == (1, 0)


def test_a_file_without_the_columns_is_refused_and_changes_nothing(read):
    roster_file = read(csv_bytes([["a", "b"]], headings=["x", "y"]))
    assert roster_file.state == RosterState.REFUSED
    assert roster_file.refusal
    assert not Enrolment.objects.exists()


@pytest.mark.parametrize(("language", "said"), [("en", "There is no header"), ("zh-hans", "没有找到表头")])
def test_a_file_is_refused_in_the_language_of_whoever_uploaded_it(read, language, said):
    with translation.override(language):
        assert said in read(csv_bytes([["a", "b"]], headings=["x", "y"])).refusal


def test_of_a_name_without_end_only_its_beginning_is_kept(read):
    """What was pasted into one cell by mistake does not fill the page, the answer and the workbook."""
    roster_file = read(csv_bytes([line(), line(name="长" * 300_000)]))
    assert (roster_file.good_rows, roster_file.bad_rows) == (1, 1)
    ((_row, cells, _problems),) = bad_rows(roster_file)
    assert len(cells["name"]) == CELL_CHARACTERS_MAX


def test_columns_that_say_what_the_id_number_says_are_passed_over(read):
    headings = ["序号", *HEADINGS, "性别", "年龄"]
    rows = [[1, *line(), "男", 30], [2, *([""] * 12)]]
    assert read(csv_bytes(rows, headings=headings)).good_rows == 1
    assert read(csv_bytes([[*line(), 5000]], headings=[*HEADINGS, "工资"])).state == RosterState.REFUSED


def test_a_file_of_headings_alone_is_refused(read):
    roster_file = read(csv_bytes([]))
    assert roster_file.state == RosterState.REFUSED
    assert roster_file.refusal


def test_history_names_whoever_uploaded_the_file(read, shop):
    from apps.casework.models import History

    read(csv_bytes([line()]))
    entry = History.objects.of(Enrolment.objects.get()).get()
    assert (entry.user_id, entry.person_id) == (shop.clerk.user_id, shop.clerk.person_id)
    assert (entry.action, entry.to_state) == ("create", EnrolmentState.REGISTERED)


@pytest.mark.django_db(transaction=True)
def test_the_commit_that_closes_a_file_waits_for_the_disk_and_the_session_is_left_as_it_was(read):
    """Those of the chunks do not: what is lost with them is read again."""

    def waits() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            return cursor.fetchone()[0]

    # The engine of the suite waits for no disk at all.
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
    process = (gc.get_threshold(), sys.getswitchinterval())
    closing = []
    read(csv_bytes([line()]), finish=lambda _result: closing.append(waits()))
    assert closing == ["on"]
    assert waits() == "on"
    assert (gc.get_threshold(), sys.getswitchinterval()) == process


@pytest.mark.parametrize("usual", [0.005, 0.000199])
def test_files_that_are_read_at_the_same_time_leave_the_turns_of_the_process_as_they_were(usual):
    before = sys.getswitchinterval()
    sys.setswitchinterval(usual + 0.5e-6)
    own = sys.getswitchinterval()
    first, second = quick_turns(), quick_turns()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    quick = sys.getswitchinterval()
    second.__exit__(None, None, None)
    left = sys.getswitchinterval()
    sys.setswitchinterval(before + 0.5e-6)
    assert quick < 0.000201
    assert left == own

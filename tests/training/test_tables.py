"""Sessions and results by file: each row judged alone, good rows kept, bad rows given back with reasons."""

import io
from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override

from apps.core.errors import Conflict, Forbidden, InvalidInput
from apps.core.spreadsheets import template_workbook
from apps.training.models import Assessment, TrainingSession
from apps.training.services.record_session import cancel_session
from apps.training.tables import (
    RESULT_COLUMNS,
    RESULT_NOTES,
    SESSION_COLUMNS,
    SESSION_NOTES,
    record_results_from_table,
    record_sessions_from_table,
)
from tests.factories import training as make
from tests.factories.training import LATER

pytestmark = pytest.mark.django_db
SESSION_HEAD = "日期,开始,结束,课程,教师/导师,方式,主题,地点,出席,缺席"
RESULT_HEAD = "学籍号,姓名,考核结果,考核日期,证书类型,证书编号,发证日期"
GOOD = "2023-03-02,08:30,11:30,课程1,张老师1,在岗培训,车削基础,一车间,全部,"


def table(head: str, *rows: str, encoding: str = "utf-8-sig") -> SimpleUploadedFile:
    return SimpleUploadedFile("table.csv", "\r\n".join([head, *rows]).encode(encoding))


def sessions(of, *rows: str, **options):
    return record_sessions_from_table(
        of.clerk, of.training_class, table(SESSION_HEAD, *rows, **options), on=LATER
    )


def results(of, *rows: str):
    return record_results_from_table(of.clerk, of.training_class, table(RESULT_HEAD, *rows), on=LATER)


def codes(outcome) -> dict[int, list[str]]:
    return {number: [problem.code for problem in problems] for number, _cells, problems in outcome.bad}


@pytest.fixture
def of():
    return make.training()


def test_good_rows_are_kept_and_each_bad_one_is_explained(of):
    outcome = sessions(
        of,
        GOOD,
        "2023-03-03,8点30分,11:30,课程1,张老师1,,,,全部,",
        "2023-13-03,08:30,25:00,没有的课,张老师1,,,,9999,",
        "2023-03-06,11:30,08:30,课程1,张老师1,,,,全部,",
        "2023-03-07,08:30,11:30,课程0,张老师0,,,,全部,",
    )
    assert outcome.taken == TrainingSession.objects.count() == 2
    assert codes(outcome) == {
        4: ["day", "time", "not_in_plan", "not_enrolled"],
        5: ["ends_before_start"],
        6: ["not_in_plan", "not_in_plan"],
    }


def test_a_session_of_this_evening_comes_back_while_that_of_the_morning_is_taken(of):
    with time_machine.travel("2023-03-02T12:00:00+08:00", tick=False):
        upload = table(SESSION_HEAD, GOOD, GOOD.replace("08:30,11:30", "18:00,21:00"))
        outcome = record_sessions_from_table(of.clerk, of.training_class, upload, on=date(2023, 3, 2))
    assert (outcome.taken, codes(outcome)) == (1, {3: ["in_future"]})


def test_who_was_there_is_everybody_less_the_absent_or_those_named(of):
    first, second = of.enrolments()
    outcome = sessions(
        of,
        f"2023-03-02,08:30,11:30,课程1,张老师1,,,,全部,{first.number}",
        f"2023-03-03,08:30,11:30,课程1,张老师1,,,,{second.number.rpartition('-')[2]},",
    )
    assert outcome.taken == 2
    assert first.attendances.count() == 0
    assert second.attendances.count() == 2


def test_rows_that_overlap_cost_only_themselves(of):
    outcome = sessions(
        of,
        GOOD,
        "2023-03-02,10:00,12:00,课程1,张老师1,,,,全部,",
        "2023-03-03,08:30,11:30,课程1,张老师1,,,,全部,",
        "2023-03-03,11:30,12:00,课程1,张老师1,,,,全部,",
    )
    assert outcome.taken == 3
    assert codes(outcome) == {3: ["teacher_overlap"]}


def test_the_same_table_again_changes_nothing_and_a_session_taken_back_may_come_again(of):
    sessions(of, GOOD)
    again = sessions(of, GOOD)
    assert (again.taken, again.known) == (0, 1)
    cancel_session(of.clerk, TrainingSession.objects.get(), reason="误登")
    once_more = sessions(of, GOOD)
    assert (once_more.taken, once_more.known) == (1, 0)
    assert sessions(of, GOOD).known == 1


def test_a_table_in_gb18030_is_read(of):
    assert sessions(of, GOOD, encoding="gb18030").taken == 1


def test_the_rows_to_correct_can_be_uploaded_again_once_corrected(of):
    outcome = sessions(of, GOOD.replace("课程1", "没有的课"))
    workbook = SimpleUploadedFile("again.xlsx", outcome.workbook())
    again = record_sessions_from_table(of.clerk, of.training_class, workbook, on=LATER)
    assert codes(again) == {2: ["not_in_plan"]}


def test_a_table_without_its_columns_is_refused_whole(of):
    with pytest.raises(InvalidInput) as refusal:
        record_sessions_from_table(of.clerk, of.training_class, table("甲,乙", "1,2"), on=LATER)
    assert refusal.value.code.startswith("file_")


def test_only_partners_and_only_while_the_class_trains(of):
    with pytest.raises(Forbidden):
        record_sessions_from_table(of.reviewer, of.training_class, table(SESSION_HEAD, GOOD), on=LATER)
    with pytest.raises(Forbidden):
        record_results_from_table(of.reviewer, of.training_class, table(RESULT_HEAD), on=LATER)
    for person in of.enrolments():
        make.record_failure(of, person)
    make.complete(of)
    with pytest.raises(Conflict):
        sessions(of, GOOD)


def test_results_are_taken_row_by_row(of):
    make.earn(of)
    first, second = of.enrolments()
    outcome = results(
        of,
        f"{first.number},{first.person.name},合格,2023-11-20,职业技能等级证书,S001,2023-11-25",
        f"{second.number},王五,合格,2023-11-20,,,",
        f"{second.number.rpartition('-')[2]},,不合格,2023年11月20日,,,",
        f"{second.number},,合格,2023-11-20,,,",
        "0099,,合格,2023-11-20,,,",
    )
    assert outcome.taken == 2
    assert codes(outcome) == {3: ["name_differs"], 5: ["twice"], 6: ["not_enrolled"]}
    assert set(Assessment.objects.values_list("enrolment_id", "result", "certificate_number")) == {
        (first.pk, "passed", "S001"),
        (second.pk, "failed", ""),
    }


def test_a_result_without_the_credits_says_how_many_are_missing(of):
    person = of.enrolments()[0]
    outcome = results(of, f"{person.number},,合格,2023-11-20,,,")
    assert codes(outcome) == {2: ["credits_missing"]}
    assert "80" in str(outcome.bad[0][2][0].message)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_templates_are_read_in_both_languages(of, language):
    with override(language):
        session_sheet = template_workbook(SESSION_COLUMNS, SESSION_NOTES)
        result_sheet = template_workbook(RESULT_COLUMNS, RESULT_NOTES)
    for sheet, read in (
        (session_sheet, record_sessions_from_table),
        (result_sheet, record_results_from_table),
    ):
        upload = SimpleUploadedFile("empty.xlsx", io.BytesIO(sheet).getvalue())
        with pytest.raises(InvalidInput) as refusal:
            read(of.clerk, of.training_class, upload, on=LATER)
        assert refusal.value.code == "file_empty"

"""Every row is judged alone: what is right is read, what is wrong is named with its cell."""

import itertools
from datetime import date

import pytest

from apps.apprentices.enums import PersonStatus, PostKind
from apps.apprentices.requirements import requirements_on
from apps.apprentices.roster.judge import FIELDS, MEANINGS_MAX, GoodRow, Judge
from tests.factories import apprentices as make
from tests.factories import numbers
from tests.ground import stands

RIGHT_ID = "11010519491231002X"


@pytest.fixture
@stands
def judge() -> Judge:
    make.policy()
    return Judge(requirements_on(make.ON))


@pytest.fixture
def found(judge: Judge):
    def reasons(**values: object) -> list[tuple[str, str]]:
        row = judge.row(2, [make.entry(**values)[name] for name in FIELDS])
        return [] if isinstance(row, GoodRow) else [(one["field"], one["code"]) for one in row]

    return reasons


@pytest.fixture
def read(judge: Judge):
    def good(**values: object) -> GoodRow:
        row = judge.row(2, [make.entry(**values)[name] for name in FIELDS])
        assert isinstance(row, GoodRow), row
        return row

    return good


def test_a_right_row_is_read(read):
    number = numbers.id_number(born=date(1995, 5, 20))
    row = read(name="李四", id_number=number, mobile="13800000001")
    assert row == GoodRow(
        row=2,
        name="李四",
        id_number=number,
        birth_date=date(1995, 5, 20),
        sex=row.sex,
        mobile="13800000001",
        post_kind=PostKind.NEW_HIRE,
        person_status=PersonStatus.EMPLOYEE,
        contract_from=date(2023, 1, 1),
        contract_to=date(2025, 12, 31),
        insured_in_city=True,
        agreement_signed_on=date(2023, 2, 20),
        remark="",
    )


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "id_blank"),
        ("110105900307123", "id_old_form"),
        ("11010519900307", "id_length"),
        ("1101051990030742五8", "id_characters"),
        ("110105199002301234", "id_birth_date"),
        ("110105199003074258", "id_checksum"),
    ],
)
def test_an_id_number_that_cannot_be_one_is_refused(found, typed, code):
    assert found(id_number=typed) == [("id_number", code)]


@pytest.mark.parametrize("mark", ["\u200b", " ", "'"])
def test_invisible_marks_and_blanks_in_an_id_number_do_no_harm(read, mark):
    number = numbers.id_number()
    assert read(id_number=mark + number[:6] + mark.strip("'") + number[6:]).id_number == number


def test_full_width_digits_and_a_small_x_are_the_same_number(read):
    number = next(n for n in (numbers.id_number() for _ in range(200)) if n.endswith("X"))
    wide = number.translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})
    assert read(id_number=wide.replace("X", "ｘ")).id_number == number


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (date(2007, 3, 2), [("id_number", "too_young")]),
        (date(2007, 3, 1), []),
    ],
)
def test_an_apprentice_is_of_lawful_age_on_the_day(found, born, expected):
    assert found(id_number=numbers.id_number(born=born)) == expected


@pytest.mark.parametrize(
    ("born", "sequence", "expected"),
    [
        (date(1963, 3, 2), 1, []),
        (date(1963, 3, 1), 1, [("id_number", "too_old")]),
        (date(1968, 3, 2), 2, []),
        (date(1968, 3, 1), 2, [("id_number", "too_old")]),
    ],
)
def test_nobody_is_enrolled_from_the_age_of_retirement_on(found, born, sequence, expected):
    """The last digit of the sequence is odd for men; the ages stand in the policy document."""
    assert found(id_number=numbers.id_number(born=born, sequence=sequence)) == expected


@pytest.mark.parametrize(
    ("typed", "code"),
    [("", "name_blank"), ("李", "name_length"), ("李4", "name_characters"), ("李\u202e四", "name_hidden")],
)
def test_a_name_that_cannot_be_one_is_refused(found, typed, code):
    assert found(name=typed) == [("name", code)]


@pytest.mark.parametrize("name", ["䶮小明", "𠮷野", "阿依古丽·买买提", "阿依古丽•买买提", "John Smith"])
def test_rare_and_foreign_names_are_taken(read, name):
    assert read(name=name).name == name.replace("•", "·")


@pytest.mark.parametrize("typed", ["", "1380000000", "23800000000", "010-88886666"])
def test_a_mobile_number_has_eleven_digits(found, typed):
    assert found(mobile=typed) == [("mobile", "mobile_form" if typed else "mobile_blank")]


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("新招用", PostKind.NEW_HIRE),
        ("新入职", PostKind.NEW_HIRE),
        ("转岗", PostKind.TRANSFERRED),
        ("企业自主确定", PostKind.CHOSEN),
        ("劳务派遣", PostKind.DISPATCHED),
        (" 劳务 派遣 ", PostKind.DISPATCHED),
        ("New hire", PostKind.NEW_HIRE),
        ("chosen", PostKind.CHOSEN),
    ],
)
def test_the_kind_of_post_is_understood_in_both_languages(read, typed, kind):
    assert read(post_kind=typed).post_kind == kind


def test_an_unknown_kind_of_post_is_refused(found):
    assert found(post_kind="实习") == [("post_kind", "post_kind_unknown")]
    assert found(post_kind="") == [("post_kind", "post_kind_blank")]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2023-01-01", "2023-12-31", []),
        ("2023-01-01", "2023-12-30", [("contract_to", "contract_too_short")]),
        ("2024-02-29", "2025-02-27", [("contract_to", "contract_too_short")]),
        ("2024-02-29", "2025-02-28", []),
        ("2023-01-01", "2022-12-31", [("contract_to", "contract_order")]),
        ("", "2025-12-31", [("contract_from", "contract_from_blank")]),
        ("2023-01-01", "", [("contract_to", "contract_to_blank")]),
        ("2023-01-01", "无固定期限", []),
        ("2023-01-01", "无固定期限劳动合同", []),
        ("2023-01-01", "open-ended", []),
        ("2023.2.30", "2025-12-31", [("contract_from", "day_impossible")]),
        ("2023-01-01", "9999-12-31", [("contract_to", "day_far")]),
        ("0001-01-01", "2025-12-31", [("contract_from", "day_far")]),
        ("明年", "2025-12-31", [("contract_from", "day_unreadable")]),
        ("44927", "2025-12-31", [("contract_from", "day_numeric")]),
    ],
)
def test_a_contract_runs_for_at_least_a_year(found, first, last, expected):
    assert found(contract_from=first, contract_to=last) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "2023-03-01",
        "2023/3/1",
        "2023.3.1",
        "2023年3月1日",
        "2023年3月1号",
        "20230301",
        "２０２３－０３－０１",
        "2023-03-01 00:00:00",
    ],
)
def test_a_day_is_read_as_people_write_it(read, typed):
    assert read(contract_from=typed).contract_from == date(2023, 3, 1)


def test_an_open_ended_contract_has_no_last_day(read):
    assert read(contract_to="长期").contract_to is None


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("是", []),
        ("yes", []),
        ("否", [("insured_in_city", "not_insured")]),
        ("", [("insured_in_city", "insured_blank")]),
        ("外地缴纳", [("insured_in_city", "insured_unknown")]),
    ],
)
def test_social_insurance_is_paid_in_the_city(found, typed, expected):
    assert found(insured_in_city=typed) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", []),
        ("在职职工", []),
        ("领取养老金", [("person_status", "receives_pension")]),
        ("全日制学生", [("person_status", "full_time_student")]),
        ("在编人员", [("person_status", "public_post")]),
        ("董事长", [("person_status", "person_status_unknown")]),
    ],
)
def test_whoever_the_document_excludes_is_refused(found, typed, expected):
    assert found(person_status=typed) == expected


def test_an_agreement_is_not_signed_tomorrow(found):
    assert found(agreement_signed_on="2023-03-02") == [("agreement_signed_on", "agreement_in_future")]
    assert found(agreement_signed_on="2023-03-01") == []
    assert found(agreement_signed_on="") == []


def test_a_remark_is_short(found):
    assert found(remark="好" * 200) == []
    assert found(remark="好" * 201) == [("remark", "cell_too_long")]


def test_a_document_without_dispatched_workers_refuses_them(judge):
    from dataclasses import replace

    strict = Judge(replace(judge.requirements, dispatched_allowed=False, insurance_required=False))
    row = strict.row(2, [make.entry(post_kind="劳务派遣", insured_in_city="否")[name] for name in FIELDS])
    assert [one["code"] for one in row] == ["dispatched"]


# Cells that people write into each column, right and wrong ones.
_CELLS = {
    "name": ("李四", "欧阳·娜娜", "李 四", "", "L4"),
    "id_number": (RIGHT_ID, f" {RIGHT_ID.lower()}", "110105194912310021", "110105201501011230", ""),
    "mobile": ("13800000000", "+86 138 0000 0000", "12800000000", ""),
    "post_kind": ("新招用", "转 岗", "劳务派遣", "别的", ""),
    "contract_from": ("2023-01-01", "2023年2月28日", "44927", "2023-02-30", ""),
    "contract_to": ("2025-12-31", "20240131", "2023-12-31", "2022-12-31", "无固定期限", "45000", ""),
    "insured_in_city": ("是", "否", "也许", ""),
    "person_status": ("在职职工", "", "学生", "别的"),
    "agreement_signed_on": ("2023-02-20", "", "2023-03-02", "昨天"),
    "remark": ("", "班组长", " 班长 ", "长" * 201),
}


@pytest.mark.parametrize("field", FIELDS)
def test_the_quick_way_never_says_anything_else_than_the_careful_one(judge: Judge, field: str):
    """Each cell of a column beside each cell of every other one, twice: a meaning that was kept counts."""
    right = [str(make.entry(id_number=numbers.id_number())[name] or "") for name in FIELDS]
    taken = 0
    for other in FIELDS * 2:
        cells_of = [(right[FIELDS.index(name)], *_CELLS[name]) for name in (field, other)]
        for cell, beside in itertools.product(*cells_of):
            cells = list(right)
            cells[FIELDS.index(other)], cells[FIELDS.index(field)] = beside, cell
            good = judge.quick(2, cells)
            careful = judge.row(2, cells)
            assert good == (careful if isinstance(careful, GoodRow) else None), cells
            taken += good is not None
    assert taken


def test_meanings_of_cells_do_not_fill_the_memory(judge: Judge):
    right = [str(make.entry()[name] or "") for name in FIELDS]
    for number in range(MEANINGS_MAX + 10):
        assert judge.quick(2, [*right[:-1], f"备注 {number}"]).remark == f"备注 {number}"
    assert len(judge._remarks) == MEANINGS_MAX

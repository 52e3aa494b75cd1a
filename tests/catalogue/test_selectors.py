"""What the lists say on a day, for one occupation and for many."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from apps.catalogue import selectors
from apps.catalogue.models import Industry, Level, Occupation, OccupationListing, ProhibitedIndustry

LISTED = date(2022, 6, 1)
LAST_DAY = date(2023, 12, 31)


@pytest.fixture
def welder() -> Occupation:
    return Occupation.objects.create(code="6-18-02-04", name="焊工", name_en="welder")


@pytest.fixture
def carer() -> Occupation:
    return Occupation.objects.create(code="4-10-01-05", name="养老护理员", name_en="elderly-care worker")


@pytest.fixture
def senior() -> Level:
    return Level.objects.create(code="senior", name="高级工", name_en="senior worker", rank=3)


@pytest.fixture
def technician() -> Level:
    return Level.objects.create(code="technician", name="技师", name_en="technician", rank=4)


def put_on(list_code: str, occupation: Occupation, level: Level | None = None, valid_to: date | None = None):
    return OccupationListing.objects.create(
        list=list_code,
        occupation=occupation,
        level=level,
        valid_from=LISTED,
        valid_to=valid_to,
        document="测试目录",
    )


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2022, 5, 31), False),
        (LISTED, True),
        (LAST_DAY, True),
        (date(2024, 1, 1), False),
    ],
)
def test_an_occupation_is_scarce_from_its_first_to_its_last_day(welder, carer, day, expected):
    put_on("scarce", welder, valid_to=LAST_DAY)
    assert selectors.is_scarce(welder.code, day) is expected
    assert selectors.scarce_codes(day) == (frozenset({welder.code}) if expected else frozenset())
    assert not selectors.is_scarce(carer.code, day)


def test_an_open_listing_holds_for_good(welder):
    put_on("scarce", welder)
    assert selectors.is_scarce(welder.code, date(2099, 1, 1))


def test_the_evaluation_scope_may_be_for_one_level_only(welder, carer, senior, technician):
    put_on("evaluation_scope", welder, senior)
    put_on("evaluation_scope", carer)
    assert selectors.in_evaluation_scope(welder.code, "senior", LISTED)
    assert not selectors.in_evaluation_scope(welder.code, "technician", LISTED)
    assert selectors.in_evaluation_scope(carer.code, "technician", LISTED)
    assert selectors.evaluation_scope_pairs(LISTED) == {
        (welder.code, "senior"),
        (carer.code, "senior"),
        (carer.code, "technician"),
    }


def test_the_two_lists_are_not_mixed_up(welder):
    put_on("scarce", welder)
    assert not selectors.in_evaluation_scope(welder.code, "senior", LISTED)


def test_lists_of_many_take_a_fixed_number_of_queries(django_assert_num_queries, senior):
    for number in range(3):
        occupation = Occupation.objects.create(code=f"6-18-01-0{number}", name="工", name_en="worker")
        put_on("scarce", occupation)
        put_on("evaluation_scope", occupation)
    with django_assert_num_queries(1):
        assert len(selectors.scarce_codes(LISTED)) == 3
    with django_assert_num_queries(2):
        assert len(selectors.evaluation_scope_pairs(LISTED)) == 3


@pytest.mark.parametrize(
    ("code", "expected"),
    [("26", True), ("261", True), ("2614", True), ("C2614", True), ("27", False), ("2", False), ("", False)],
)
def test_a_prohibited_industry_covers_its_subdivisions(code, expected):
    chemicals = Industry.objects.create(code="26", name="化学原料", name_en="chemicals")
    ProhibitedIndustry.objects.create(industry=chemicals, valid_from=LISTED, document="目录")
    assert selectors.is_prohibited_industry(code, LISTED) is expected
    assert not selectors.is_prohibited_industry(code, date(2022, 5, 31))


def test_a_listing_cannot_end_before_it_starts(welder):
    with pytest.raises(IntegrityError, match="catalogue_listing_dates_in_order"), transaction.atomic():
        put_on("scarce", welder, valid_to=date(2022, 5, 31))


def test_a_listing_for_all_levels_stands_once_a_day(welder):
    put_on("scarce", welder)
    with pytest.raises(IntegrityError, match="catalogue_listing_once_a_day"), transaction.atomic():
        put_on("scarce", welder)


def test_a_prohibition_cannot_end_before_it_starts():
    chemicals = Industry.objects.create(code="26", name="化学原料", name_en="chemicals")
    with pytest.raises(IntegrityError, match="catalogue_prohibition_dates_in_order"), transaction.atomic():
        ProhibitedIndustry.objects.create(
            industry=chemicals, valid_from=LISTED, valid_to=date(2022, 5, 31), document="目录"
        )


def test_occupations_are_found_by_code_and_by_name_in_both_languages(welder, carer):
    assert list(selectors.occupations_found("6-18")) == [welder]
    assert list(selectors.occupations_found("护理")) == [carer]
    assert list(selectors.occupations_found("WELD")) == [welder]

"""The directory of institutions: who is in it on a day, and what the licence covers."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from django.urls import reverse
from django.utils import translation

from apps.accounts.roles import DISTRICT_ROLES, Role
from apps.casework import wording
from apps.casework.models import Notice
from apps.core.errors import Conflict, Forbidden, InvalidInput, NotFound, Refused
from apps.institutions import selectors, services
from apps.institutions.enums import Grade, Standing
from apps.institutions.models import Institution, LicenceScope
from tests.factories import accounts, institutions, numbers

ON = date(2023, 3, 1)
TURNER = "6-18-01-01"


@pytest.fixture
def supervisor():
    return accounts.actor(Role.DISTRICT_SUPERVISOR, district=accounts.district("110105"))


@pytest.fixture
def city():
    return accounts.actor(Role.CITY_OFFICER)


@pytest.fixture
def applied():
    return institutions.institution(
        district=accounts.district("110105"), standing=Standing.APPLIED, listed_on=None, standing_from=None
    )


def test_an_institution_that_applied_trains_nobody_before_it_is_listed(applied, city) -> None:
    assert [problem.code for problem in selectors.standing_problems(applied, ON)] == ["institution_standing"]
    assert not Institution.objects.listed(ON).exists()
    listed = services.list_institution(city, applied, on=ON)
    assert selectors.standing_problems(listed, ON) == []
    assert Institution.objects.listed(ON).get() == listed
    with pytest.raises(Refused):
        services.list_institution(city, applied, on=ON)


def test_a_suspension_ends_by_itself_or_by_hand(city) -> None:
    institution = institutions.institution(district=accounts.district("110105"))
    until = ON + timedelta(days=9)
    suspended = services.suspend(city, institution, "no teachers", on=ON, until=until)
    standings = [selectors.standing_on(suspended, day) for day in (ON, until, until + timedelta(days=1))]
    assert standings == [Standing.SUSPENDED, Standing.SUSPENDED, Standing.LISTED]
    reinstated = services.reinstate(city, institution, "teachers hired", on=ON)
    assert selectors.standing_problems(reinstated, ON) == []


def test_a_removed_institution_stays_out_until_it_is_reinstated(city) -> None:
    institution = institutions.institution(district=accounts.district("110105"))
    removed = services.remove(city, institution, "licence lent", on=ON)
    assert selectors.standing_on(removed, ON + timedelta(days=999)) == Standing.REMOVED
    assert not Institution.objects.listed(ON).exists()


def test_an_expired_licence_is_a_problem_of_its_own() -> None:
    institution = institutions.institution(licence_valid_to=ON)
    codes = [problem.code for problem in selectors.standing_problems(institution, ON + timedelta(days=1))]
    assert codes == ["institution_licence"]
    assert selectors.standing_problems(institution, ON) == []
    assert not Institution.objects.listed(ON + timedelta(days=1)).exists()


def test_the_licence_covers_an_occupation_at_a_level_between_its_days() -> None:
    institution = institutions.institution()
    institutions.licence_scope(institution, TURNER, "senior", valid_from=ON, valid_to=ON + timedelta(days=1))
    days = [ON + timedelta(days=offset) for offset in (-1, 0, 1, 2)]
    covered = [selectors.scope_covers(institution, TURNER, "senior", day) for day in days]
    assert covered == [False, True, True, False]
    assert not selectors.scope_covers(institution, TURNER, "technician", ON)
    assert not selectors.scope_covers(institution, "6-18-01-02", "senior", ON)
    assert not selectors.scope_covers(institutions.institution(), TURNER, "senior", ON)


def test_scopes_of_the_same_days_are_recorded_once(supervisor) -> None:
    institution = institutions.institution(district=accounts.district("110105"))
    given = {"occupation_code": TURNER, "level_code": "senior"}
    scope = services.add_licence_scope(supervisor, institution, **given, valid_from=ON)
    with pytest.raises(Conflict):
        services.add_licence_scope(supervisor, institution, **given, valid_from=ON + timedelta(days=5))
    services.end_licence_scope(supervisor, scope, on=ON + timedelta(days=4))
    services.add_licence_scope(supervisor, institution, **given, valid_from=ON + timedelta(days=5))
    assert LicenceScope.objects.count() == 2


def test_days_the_wrong_way_round_are_refused(supervisor, city) -> None:
    institution = institutions.institution(district=accounts.district("110105"))
    before = ON - timedelta(days=1)
    with pytest.raises(InvalidInput):
        services.add_licence_scope(
            supervisor,
            institution,
            occupation_code=TURNER,
            level_code="senior",
            valid_from=ON,
            valid_to=before,
        )
    with pytest.raises(InvalidInput):
        services.suspend(city, institution, "reason", on=ON, until=before)


def test_the_latest_evaluation_is_the_grade_of_the_directory(supervisor) -> None:
    institution = institutions.institution(district=accounts.district("110105"))
    for year, grade in ((2022, Grade.A), (2021, Grade.C)):
        services.evaluate(supervisor, institution, year=year, grade=grade, on=ON)
    institution.refresh_from_db()
    assert institution.grade == Grade.A
    services.evaluate(supervisor, institution, year=2022, grade=Grade.B, on=ON)
    institution.refresh_from_db()
    assert (institution.grade, institution.evaluations.count()) == (Grade.B, 2)


def test_one_licence_is_not_lent_to_two_institutions() -> None:
    from apps.accounts.actors import Actor

    def _open(name: str) -> Institution:
        return services.open_institution(
            Actor.system("test"),
            name=name,
            uscc=numbers.credit_code(),
            district=accounts.district(),
            kind="private_institution",
            licence_no="人社民1101",
            licence_valid_from=ON,
        )

    assert _open("甲学校").standing == Standing.APPLIED
    with pytest.raises(Conflict) as refusal:
        _open("乙学校")
    assert refusal.value.code == "licence_known"


def test_another_districts_institution_does_not_exist(applied) -> None:
    stranger = accounts.actor(Role.DISTRICT_SUPERVISOR, district=accounts.district("110108"))
    with pytest.raises(NotFound):
        services.evaluate(stranger, applied, year=2022, grade=Grade.A, on=ON)


@pytest.mark.parametrize(
    "role",
    [
        Role.DISTRICT_REVIEWER,
        Role.DISTRICT_SUPERVISOR,
        Role.INSTITUTION_OPERATOR,
        Role.ENTERPRISE_OPERATOR,
        Role.FINANCE_OFFICER,
    ],
)
def test_only_the_city_keeps_the_directory(role) -> None:
    """Beijing 2022-11, 1(2) and 6(4): a district reports to the city, which stops the training."""
    home = accounts.district("110105")
    scope = {"district": home} if role in DISTRICT_ROLES else {}
    actor = accounts.actor(role, **scope)
    fields = {"listed_on": None, "standing_from": None}
    applied = institutions.institution(district=home, standing=Standing.APPLIED, **fields)
    listed = institutions.institution(district=home)
    for verb in (
        lambda: services.list_institution(actor, applied, on=ON),
        lambda: services.suspend(actor, listed, "reason", on=ON),
        lambda: services.remove(actor, listed, "reason", on=ON),
        lambda: services.reinstate(actor, listed, "reason", on=ON),
    ):
        with pytest.raises(Forbidden):
            verb()


def test_a_removal_without_a_reason_is_refused_by_the_database_too() -> None:
    institution = institutions.institution()
    with pytest.raises(IntegrityError, match="institution_standing_explained"):
        Institution.objects.filter(pk=institution.pk).update(standing=Standing.REMOVED)


def test_the_institution_and_its_district_learn_what_the_city_decided(city, supervisor) -> None:
    institution = institutions.institution("示例技工学校", district=accounts.district("110105"))
    clerk = accounts.actor(Role.INSTITUTION_OPERATOR, organisation=institution.organisation)
    stranger = accounts.actor(Role.DISTRICT_SUPERVISOR, district=accounts.district("110108"))
    services.suspend(city, institution, "师资不足", on=ON, until=ON + timedelta(days=9))
    services.reinstate(city, institution, "已整改", on=ON)
    services.remove(city, institution, "出借资质", on=ON)
    at = {"portal": reverse("portal:profile"), "desk": reverse("desk:institution", args=[institution.pk])}
    for actor, door in ((clerk, "portal"), (supervisor, "desk")):
        with translation.override("en"):
            shown = wording.with_words(Notice.objects.visible_to(actor).order_by("id"), door)
        assert [row["reason"] for row in shown] == ["师资不足", "已整改", "出借资质"]
        assert {row["url"] for row in shown} == {at[door]}
        said = ["do not count until then", "may train", "do not count from then on"]
        assert all(part in row["text"] for part, row in zip(said, shown, strict=True))
    assert not Notice.objects.visible_to(stranger).exists()

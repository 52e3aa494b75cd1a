"""Whether an enterprise may apply on a day, who says so, and who sees it."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError

from apps.accounts.roles import Role
from apps.core.errors import Forbidden, InvalidInput, NotFound
from apps.enterprises import services
from apps.enterprises.enums import Standing
from apps.enterprises.models import Enterprise
from apps.enterprises.selectors import standing_on, standing_problems
from tests.factories import accounts, enterprises

ON = date(2023, 3, 1)


@pytest.fixture
def enterprise():
    return enterprises.enterprise(district=accounts.district("110105"))


@pytest.fixture
def supervisor():
    return accounts.actor(Role.DISTRICT_SUPERVISOR, district=accounts.district("110105"))


def test_a_suspension_applies_between_its_days_both_included(enterprise, supervisor) -> None:
    until = ON + timedelta(days=9)
    suspended = services.suspend(supervisor, enterprise, "false roster", on=ON, until=until)
    days = [ON - timedelta(days=1), ON, until, until + timedelta(days=1)]
    assert [standing_on(suspended, day) for day in days] == [
        Standing.GOOD,
        Standing.SUSPENDED,
        Standing.SUSPENDED,
        Standing.GOOD,
    ]
    assert [problem.code for problem in standing_problems(suspended, ON)] == ["enterprise_standing"]
    assert standing_problems(suspended, days[-1]) == []


def test_the_integrity_list_lasts_until_it_is_lifted(enterprise, supervisor) -> None:
    listed = services.suspend(supervisor, enterprise, "fraud", on=ON, standing=Standing.REMOVED)
    assert standing_on(listed, ON + timedelta(days=9999)) == Standing.REMOVED
    restored = services.restore(supervisor, enterprise, "decision lifted", on=ON + timedelta(days=1))
    assert standing_problems(restored, ON + timedelta(days=1)) == []


def test_a_standing_is_never_changed_without_a_reason(enterprise, supervisor) -> None:
    with pytest.raises(InvalidInput):
        services.suspend(supervisor, enterprise, " ", on=ON)
    with pytest.raises(IntegrityError, match="enterprise_standing_explained"):
        Enterprise.objects.filter(pk=enterprise.pk).update(standing=Standing.SUSPENDED, standing_from=ON)


def test_another_districts_enterprise_does_not_exist_for_a_supervisor(enterprise) -> None:
    stranger = accounts.actor(Role.DISTRICT_SUPERVISOR, district=accounts.district("110108"))
    with pytest.raises(NotFound):
        services.suspend(stranger, enterprise, "mine now", on=ON)


@pytest.mark.parametrize("role", [Role.DISTRICT_REVIEWER, Role.FINANCE_OFFICER, Role.ENTERPRISE_OPERATOR])
def test_only_supervisors_and_the_city_change_a_standing(enterprise, role) -> None:
    with pytest.raises(Forbidden):
        services.suspend(accounts.actor(role), enterprise, "because", on=ON)


def test_an_enterprise_changes_its_own_part_of_the_record_only(enterprise) -> None:
    clerk = accounts.actor(Role.ENTERPRISE_OPERATOR, organisation=enterprise.organisation)
    services.change_enterprise(clerk, enterprise, address="建国路1号")
    enterprise.refresh_from_db()
    assert enterprise.address == "建国路1号"
    with pytest.raises(TypeError):
        services.change_enterprise(clerk, enterprise, standing="good")
    with pytest.raises(NotFound):
        services.change_enterprise(accounts.actor(Role.ENTERPRISE_OPERATOR), enterprise, address="x")


@pytest.mark.parametrize(
    ("role", "scope", "sees"),
    [
        (Role.DISTRICT_REVIEWER, "110105", 1),
        (Role.DISTRICT_REVIEWER, "110108", 1),
        (Role.FINANCE_OFFICER, "110105", 1),
        (Role.FINANCE_OFFICER, None, 2),
        (Role.CITY_OFFICER, None, 2),
        (Role.INSTITUTION_OPERATOR, None, 0),
        (Role.APPRENTICE, None, 0),
        (Role.AUDITOR, None, 2),
        (Role.SYSTEM_ADMIN, None, 0),
        (Role.SECURITY_ADMIN, None, 0),
        (Role.AUDIT_ADMIN, None, 0),
    ],
)
def test_enterprises_are_seen_by_scope(role, scope, sees) -> None:
    for code in ("110105", "110108"):
        enterprises.enterprise(district=accounts.district(code))
    given = {"district": accounts.district(scope)} if scope else {}
    actor = accounts.actor(role, **given)
    assert Enterprise.objects.visible_to(actor).count() == sees
    assert not Enterprise.objects.visible_to(None).exists()

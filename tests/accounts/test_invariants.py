"""The nightly checks of accounts find what the database would have refused, once its guard is gone."""

import pytest
from django.db import connection

from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.core.invariants import check, registered
from tests.factories import accounts

NUMBERS = ["I24a", "I24b", "I24c", "I24d"]


def _violations(number: str) -> int:
    return check(registered([number])[0]).violations


@pytest.mark.parametrize("number", NUMBERS)
def test_an_ordinary_office_breaks_nothing(number: str) -> None:
    for role in Role:
        if role != Role.SYSTEM:
            accounts.member(role)
    assert _violations(number) == 0


def _as_owner(*statements: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET LOCAL ROLE shitu_app")


def _without_trigger(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE %s", [f"pgtrigger_{name}%"])
        found = cursor.fetchone()[0]
    _as_owner(f"DROP TRIGGER {found} ON accounts_membership")


def test_two_offices_of_one_person_are_found() -> None:
    _as_owner(
        "ALTER TABLE accounts_membership DROP CONSTRAINT membership_audit_admin_apart",
    )
    person = accounts.person()
    accounts.member(Role.AUDIT_ADMIN, user=accounts.user(person=person))
    accounts.member(Role.CITY_OFFICER, user=accounts.user(person=person))
    assert _violations("I24a") == 1


def test_a_grant_of_one_administrator_is_found() -> None:
    _as_owner("ALTER TABLE accounts_membership DROP CONSTRAINT membership_granted_by_two")
    _without_trigger("membership_fixed")
    member = accounts.member(Role.CITY_OFFICER)
    Membership.objects.filter(pk=member.pk).update(approved_by=member.proposed_by)
    assert _violations("I24b") == 1


def test_a_membership_of_a_foreign_person_is_found() -> None:
    _without_trigger("membership_rules")
    administrators = [accounts.user() for _two in range(2)]
    Membership.objects.create(
        user=accounts.user(),
        person=accounts.person(),
        role=Role.APPRENTICE,
        origin="enrolment",
        state="active",
        valid_from=accounts.LONG_AGO,
        proposed_by=administrators[0],
    )
    assert _violations("I24c") == 1


def test_an_empty_office_is_found() -> None:
    accounts.member(Role.SYSTEM_ADMIN)
    assert _violations("I24d") == 2

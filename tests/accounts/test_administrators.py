"""I24: the three administrators are three people who hold nothing else, and a grant needs two of them."""

from datetime import date

import pytest
from django.db import IntegrityError, connection

from apps.accounts.actors import Actor
from apps.accounts.middleware import actor_of
from apps.accounts.models import Membership
from apps.accounts.models.membership import MembershipState, Origin
from apps.accounts.roles import ADMINISTRATORS, Role
from apps.accounts.services import (
    approve_membership,
    end_membership,
    found_administrator,
    propose_membership,
    refuse_membership,
)
from apps.core.errors import Conflict, Forbidden, InvalidInput, Refused
from tests.factories import accounts

ON = date(2023, 3, 1)
OTHERS = sorted(set(Role) - {Role.SYSTEM})


@pytest.fixture
def proposer() -> Actor:
    return actor_of(accounts.founding_administrator(Role.SYSTEM_ADMIN))


@pytest.fixture
def approver() -> Actor:
    return actor_of(accounts.founding_administrator(Role.SECURITY_ADMIN))


def _second(membership: Membership, role: Role, **fields) -> Membership:
    """A second role of the same natural person, on an account of its own."""
    return accounts.member(role, user=accounts.user(person=membership.user.person), **fields)


@pytest.mark.parametrize("administrator", sorted(ADMINISTRATORS))
@pytest.mark.parametrize("other", OTHERS)
def test_no_person_is_an_administrator_and_anything_else(administrator: Role, other: Role) -> None:
    person = accounts.person()
    accounts.member(administrator, user=accounts.user(person=person))
    second = accounts.user(person=person)
    if administrator == other:
        accounts.member(other, user=second)
        return
    with pytest.raises(IntegrityError, match=r"membership_\w+_apart"):
        accounts.member(other, user=second)


def test_an_administrator_of_the_past_may_take_a_business_role() -> None:
    person = accounts.person()
    accounts.member(Role.AUDIT_ADMIN, user=accounts.user(person=person), valid_to=date(2010, 1, 1))
    member = accounts.member(
        Role.CITY_OFFICER, user=accounts.user(person=person), valid_from=date(2010, 1, 2)
    )
    assert member.state == MembershipState.ACTIVE


def test_business_roles_may_be_held_together() -> None:
    first = accounts.member(Role.DISTRICT_REVIEWER)
    assert _second(first, Role.CITY_OFFICER).person_id == first.person_id


def test_without_the_exclusion_one_person_could_be_two_administrators() -> None:
    """The control: it is the constraint that refuses, and nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute("ALTER TABLE accounts_membership DROP CONSTRAINT membership_audit_admin_apart")
        cursor.execute("ALTER TABLE accounts_membership DROP CONSTRAINT membership_system_admin_apart")
        cursor.execute("SET LOCAL ROLE shitu_app")
    person = accounts.person()
    accounts.member(Role.SYSTEM_ADMIN, user=accounts.user(person=person))
    accounts.member(Role.AUDIT_ADMIN, user=accounts.user(person=person))


def test_the_person_of_a_membership_is_the_accounts_whatever_is_written() -> None:
    member = accounts.member(Role.DISTRICT_REVIEWER)
    other = accounts.person()
    Membership.objects.filter(pk=member.pk).update(person=other)
    assert Membership.objects.get(pk=member.pk).person_id == member.user.person_id


def test_an_account_does_not_change_hands() -> None:
    user = accounts.user()
    with pytest.raises(IntegrityError, match="an account stays with its person"):
        type(user).objects.filter(pk=user.pk).update(person=accounts.person())


def test_there_is_no_superuser_flag() -> None:
    user = accounts.user()
    assert not hasattr(user, "is_superuser")
    assert not hasattr(user, "is_staff")
    assert not hasattr(type(user).objects, "create_superuser")


def test_a_grant_is_proposed_by_one_and_approved_by_another(proposer: Actor, approver: Actor) -> None:
    user = accounts.user()
    proposed = propose_membership(
        proposer, user=user, role=Role.CITY_OFFICER, valid_from=ON, reason="new colleague"
    )
    assert not Membership.objects.in_force(ON).filter(pk=proposed.pk).exists()
    approve_membership(approver, proposed)
    assert Membership.objects.in_force(ON).filter(pk=proposed.pk).exists()


def test_nobody_proposes_for_themselves(proposer: Actor) -> None:
    second = accounts.user(person=accounts.founding_administrator(Role.SYSTEM_ADMIN).user.person)
    with pytest.raises(Forbidden):
        propose_membership(proposer, user=second, role=Role.SYSTEM_ADMIN, valid_from=ON, reason="mine")


def test_nobody_approves_for_themselves_on_a_second_account(proposer: Actor, approver: Actor) -> None:
    second = accounts.user(person=accounts.founding_administrator(Role.SECURITY_ADMIN).user.person)
    proposed = propose_membership(
        proposer, user=second, role=Role.SECURITY_ADMIN, valid_from=ON, reason="second account"
    )
    with pytest.raises(Forbidden):
        approve_membership(approver, proposed)


def test_only_a_security_administrator_approves(proposer: Actor) -> None:
    proposed = propose_membership(
        proposer, user=accounts.user(), role=Role.CITY_OFFICER, valid_from=ON, reason="new colleague"
    )
    with pytest.raises(Forbidden):
        approve_membership(proposer, proposed)


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.CITY_OFFICER, Role.DISTRICT_REVIEWER])
def test_the_database_refuses_a_grant_approved_by_any_other_role(role: Role) -> None:
    system = accounts.founding_administrator(Role.SYSTEM_ADMIN).user
    wrong = accounts.member(role, user=accounts.user()).user
    with pytest.raises(IntegrityError, match="a system administrator proposes"):
        Membership.objects.create(
            user=accounts.user(),
            role=Role.CITY_OFFICER,
            valid_from=ON,
            state=MembershipState.ACTIVE,
            proposed_by=system,
            approved_by=wrong,
        )


def test_the_database_refuses_a_grant_by_one_administrator_alone() -> None:
    security = accounts.founding_administrator(Role.SECURITY_ADMIN).user
    accounts.founding_administrator(Role.SYSTEM_ADMIN)
    with pytest.raises(IntegrityError, match="a system administrator proposes"):
        Membership.objects.create(
            user=accounts.user(),
            role=Role.CITY_OFFICER,
            valid_from=ON,
            state=MembershipState.ACTIVE,
            proposed_by=security,
            approved_by=security,
        )


@pytest.mark.parametrize("origin", [Origin.FOUNDING, Origin.ENROLMENT])
def test_no_other_origin_lets_an_officer_in(origin: Origin) -> None:
    with pytest.raises(IntegrityError, match="membership_granted_by_two"):
        Membership.objects.create(
            user=accounts.user(),
            role=Role.CITY_OFFICER,
            valid_from=ON,
            state=MembershipState.ACTIVE,
            origin=origin,
        )


def test_a_kind_of_administrator_is_founded_once() -> None:
    accounts.founding_administrator(Role.AUDIT_ADMIN)
    with pytest.raises(Conflict):
        found_administrator(accounts.user(), Role.AUDIT_ADMIN, on=ON)


@pytest.mark.parametrize(
    "change",
    [
        {"role": Role.CITY_OFFICER, "district": None},
        {"district_id": "110108"},
        {"valid_from": date(1999, 1, 1)},
        {"state": MembershipState.PROPOSED},
    ],
)
def test_a_granted_role_is_not_rewritten(change: dict) -> None:
    accounts.district("110108")
    member = accounts.member(Role.DISTRICT_REVIEWER)
    with pytest.raises(IntegrityError, match="ended and granted anew"):
        Membership.objects.filter(pk=member.pk).update(**change)


def test_a_decided_proposal_stays_decided(proposer: Actor, approver: Actor) -> None:
    proposed = propose_membership(
        proposer, user=accounts.user(), role=Role.CITY_OFFICER, valid_from=ON, reason="new colleague"
    )
    refuse_membership(approver, proposed, "not needed")
    with pytest.raises(Refused):
        approve_membership(approver, proposed)
    with pytest.raises(IntegrityError, match="ended and granted anew"):
        Membership.objects.filter(pk=proposed.pk).update(state=MembershipState.ACTIVE)


@pytest.mark.parametrize(
    ("role", "scope"),
    [
        (Role.ENTERPRISE_OPERATOR, {}),
        (Role.DISTRICT_REVIEWER, {}),
        (Role.CITY_OFFICER, {"district": True}),
        (Role.DISTRICT_SUPERVISOR, {"organisation": True}),
        (Role.FINANCE_OFFICER, {"organisation": True}),
        (Role.SYSTEM_ADMIN, {"district": True}),
    ],
)
def test_a_role_without_its_scope_is_refused_in_a_sentence(proposer: Actor, role: Role, scope: dict) -> None:
    given = {}
    if "district" in scope:
        given["district"] = accounts.district()
    if "organisation" in scope:
        given["organisation"] = accounts.organisation()
    with pytest.raises(InvalidInput) as refusal:
        propose_membership(proposer, user=accounts.user(), role=role, valid_from=ON, reason="test", **given)
    assert refusal.value.code == "scope_does_not_fit"


def test_an_operator_acts_for_an_organisation_of_the_right_kind_only(proposer: Actor) -> None:
    with pytest.raises(InvalidInput):
        propose_membership(
            proposer,
            user=accounts.user(),
            role=Role.ENTERPRISE_OPERATOR,
            organisation=accounts.organisation("institution"),
            valid_from=ON,
            reason="test",
        )


def test_an_ended_role_counts_no_more(approver: Actor) -> None:
    member = accounts.member(Role.CITY_OFFICER)
    end_membership(approver, member, "moved", on=ON)
    assert not Membership.objects.in_force(ON).filter(pk=member.pk).exists()


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN])
def test_the_last_of_those_who_grant_roles_stays_until_another_is_there(approver: Actor, role: Role) -> None:
    last = accounts.founding_administrator(role)
    with pytest.raises(Refused):
        end_membership(approver, last, "bye", on=ON)
    accounts.member(role, user=accounts.user())
    assert end_membership(approver, last, "bye", on=ON).state == MembershipState.ENDED


def test_a_proposal_of_such_a_role_is_taken_back_all_the_same(proposer: Actor, approver: Actor) -> None:
    proposal = propose_membership(
        proposer, user=accounts.user(), role=Role.SYSTEM_ADMIN, valid_from=ON, reason="deputy"
    )
    assert end_membership(approver, proposal, "not needed", on=ON).state == MembershipState.REFUSED

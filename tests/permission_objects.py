"""Objects for addresses with parameters: one's own, and the same of another district.

Each builder of pages adds functions here (or in a module that IMPORTED names):

    @objects("desk:enterprise", "desk:enterprise_standing")
    def _enterprise(world: World) -> Pair:
        return Pair(own={"pk": world.enterprise.pk}, foreign={"pk": world.foreign_enterprise.pk})

`own` lies in the district, enterprise and institution of the test's members, `foreign` in others of
another district. Where a role sees everything (the city, an administrator) `foreign` is not asked for.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.test import Client

from apps.accounts.models import ApiToken, District, Membership, Organisation
from apps.accounts.roles import DISTRICT_ROLES, OrganisationKind, Role
from apps.enterprises.enums import BankAccountState
from apps.enterprises.models import BankAccount, Enterprise
from apps.institutions.models import Institution, LicenceScope
from tests.factories import accounts, enterprises, institutions

Kwargs = dict[str, Any]


@dataclass(frozen=True)
class Pair:
    """What fills the parameters of an address; without `foreign` there is nothing that is not one's own.

    `seen_by` are the roles to whom `own` is theirs; None: every role that may open the address. A role
    that is not among them has to get 404.
    """

    own: Kwargs
    foreign: Kwargs | None = None
    seen_by: frozenset[Role] | None = None


@dataclass
class World:
    """Two mirrored districts; the members of the test belong to the first."""

    members: dict[str, Membership] = field(default_factory=dict)

    @cached_property
    def district(self) -> District:
        return accounts.district("110105")

    @cached_property
    def foreign_district(self) -> District:
        return accounts.district("110108")

    @cached_property
    def superior(self) -> Organisation:
        return accounts.organisation(OrganisationKind.SUPERIOR_UNIT)

    @cached_property
    def enterprise(self) -> Enterprise:
        return enterprises.enterprise(district=self.district, superior=self.superior)

    @cached_property
    def foreign_enterprise(self) -> Enterprise:
        return enterprises.enterprise(district=self.foreign_district)

    @cached_property
    def institution(self) -> Institution:
        return institutions.institution(district=self.district, superior=self.superior)

    @cached_property
    def foreign_institution(self) -> Institution:
        return institutions.institution(district=self.foreign_district)

    def member(self, role: Role) -> Membership:
        """The test's member of a role, of the first district or its organisations."""
        if role.value not in self.members:
            scope: dict[str, Any] = {}
            if role in DISTRICT_ROLES or role == Role.FINANCE_OFFICER:
                scope["district"] = self.district
            elif role == Role.ENTERPRISE_OPERATOR:
                scope["organisation"] = self.enterprise.organisation
            elif role == Role.INSTITUTION_OPERATOR:
                scope["organisation"] = self.institution.organisation
            elif role in (Role.SUPERIOR_UNIT, Role.OBSERVER):
                scope["organisation"] = self.superior
            self.members[role.value] = accounts.member(role, **scope)
        return self.members[role.value]

    def browser(self, role: str) -> Client:
        """A browser signed in as the member of a role, or as nobody."""
        return Client() if role == "anonymous" else accounts.client_of(self.member(Role(role)))


# Roles that see all districts, or administrate: nothing is foreign to them.
SEES_ALL = frozenset({Role.CITY_OFFICER, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})

OBJECTS: dict[str, Callable[[World], Pair]] = {}


def objects(*names: str) -> Callable[[Callable[[World], Pair]], Callable[[World], Pair]]:
    """Register what fills the parameters of these addresses."""

    def register(make: Callable[[World], Pair]) -> Callable[[World], Pair]:
        for name in names:
            if name in OBJECTS:
                raise ValueError(f"{name} has its objects already")
            OBJECTS[name] = make
        return make

    return register


@objects("desk:enterprise", "desk:enterprise_standing")
def _enterprise(world: World) -> Pair:
    return Pair({"pk": world.enterprise.pk}, {"pk": world.foreign_enterprise.pk})


@objects("desk:institution", "desk:institution_standing", "desk:scope_new", "desk:evaluation_new")
def _institution(world: World) -> Pair:
    return Pair({"pk": world.institution.pk}, {"pk": world.foreign_institution.pk})


@objects("desk:scope_end")
def _scope(world: World) -> Pair:
    own, foreign = world.institution, world.foreign_institution
    return Pair(
        {"pk": own.pk, "scope": _some_scope(own).pk}, {"pk": foreign.pk, "scope": _some_scope(foreign).pk}
    )


@objects("desk:bank_account")
def _bank_account(world: World) -> Pair:
    own, foreign = world.enterprise.organisation, world.foreign_enterprise.organisation
    return Pair({"pk": _pending(own).pk}, {"pk": _pending(foreign).pk})


@objects("portal:bank_account_show", "portal:bank_account_retire")
def _own_bank_account(world: World) -> Pair:
    own, foreign = world.enterprise.organisation, world.foreign_enterprise.organisation
    return Pair(
        {"pk": _pending(own).pk}, {"pk": _pending(foreign).pk}, seen_by=frozenset({Role.ENTERPRISE_OPERATOR})
    )


@objects("desk:admin_account", "desk:admin_membership_new")
def _account(world: World) -> Pair:
    return Pair({"pk": world.member(Role.DISTRICT_REVIEWER).user_id})


@objects("desk:admin_account_change")
def _account_change(world: World) -> Pair:
    return Pair({"pk": world.member(Role.DISTRICT_REVIEWER).user_id, "verb": "unlock"})


@objects("desk:admin_organisation")
def _organisation(world: World) -> Pair:
    return Pair({"pk": world.enterprise.pk})


@objects("desk:admin_membership")
def _membership(world: World) -> Pair:
    return Pair({"pk": world.member(Role.DISTRICT_REVIEWER).pk})


@objects("desk:admin_token_revoke")
def _token(world: World) -> Pair:
    found = ApiToken.objects.first()
    return Pair({"pk": (found or accounts.token(world.member(Role.DISTRICT_REVIEWER))[0]).pk})


def _pending(organisation: Organisation) -> BankAccount:
    found = BankAccount.objects.filter(organisation=organisation).first()
    return found or enterprises.bank_account(organisation, state=BankAccountState.PENDING)


def _some_scope(institution: Institution) -> LicenceScope:
    found = LicenceScope.objects.filter(institution=institution).first()
    return found or institutions.licence_scope(institution, "6-18-01-01", "senior")

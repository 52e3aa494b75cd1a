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

from apps.accounts.access import CONFIRMED_AT
from apps.accounts.middleware import SEEN_AT
from apps.accounts.models import ApiToken, District, Membership, Organisation
from apps.accounts.roles import DISTRICT_ROLES, OrganisationKind, Role
from apps.core import clock
from apps.enterprises.enums import BankAccountState
from apps.enterprises.models import BankAccount, Enterprise
from apps.institutions.models import Institution, LicenceScope
from tests.factories import accounts, claims, enterprises, institutions
from tests.factories.claims import Money

Kwargs = dict[str, Any]


@dataclass(frozen=True)
class Pair:
    """What fills the parameters of an address; without `foreign` there is nothing that is not one's own.

    `seen_by` are the roles to whom `own` is theirs; None: every role that may open the address. A role
    that is not among them has to get 404. `may_refuse`: the address is open to all who see the object, and
    the state of the object decides who of them may take the step, so 403 is an answer as well.
    """

    own: Kwargs
    foreign: Kwargs | None = None
    seen_by: frozenset[Role] | None = None
    may_refuse: bool = False


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
    def of(self) -> Money:
        """A class of the own enterprise in training, with its plan, its people and money behind it."""
        return claims.money(people=2, enterprise=self.enterprise)

    @cached_property
    def foreign_of(self) -> Money:
        """The same in the other district."""
        return claims.money(people=2, enterprise=self.foreign_enterprise, district=self.foreign_district.pk)

    @cached_property
    def institution(self) -> Institution:
        return self.of.shop.institution

    @cached_property
    def foreign_institution(self) -> Institution:
        return self.foreign_of.shop.institution

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
            elif role == Role.APPRENTICE:
                scope["user"] = accounts.user(person=self.of.enrolments()[0].person)
            self.members[role.value] = accounts.member(role, **scope)
        return self.members[role.value]

    def browser(self, role: str) -> Client:
        """A browser signed in as the member of a role, or as nobody."""
        if role == "anonymous":
            return Client()
        browser = accounts.client_of(self.member(Role(role)))
        # What moves money would ask for the password before it looks for the object.
        session = browser.session
        session[CONFIRMED_AT] = clock.now().timestamp()
        # Seen just now: otherwise each request would write it down, and each is taken back.
        session[SEEN_AT] = int(clock.now().timestamp())
        session.save()
        return browser


# Roles that see all districts, or administrate: nothing is foreign to them.
SEES_ALL = frozenset(
    {Role.CITY_OFFICER, Role.AUDITOR, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}
)

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


@objects(
    "desk:institution",
    "desk:institution_report",
    "desk:institution_standing",
    "desk:scope_new",
    "desk:evaluation_new",
)
def _institution(world: World) -> Pair:
    return Pair(
        {"pk": world.institution.pk},
        {"pk": world.foreign_institution.pk},
        seen_by=SEES_ALL | DISTRICT_ROLES | {Role.FINANCE_OFFICER},
    )


@objects("api:institution-detail", "api:institution-report")
def _institution_read(world: World) -> Pair:
    return Pair(
        {"pk": world.institution.pk},
        {"pk": world.foreign_institution.pk},
        seen_by=SEES_ALL | DISTRICT_ROLES | {Role.FINANCE_OFFICER, Role.INSTITUTION_OPERATOR},
    )


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
    waiting = BankAccount.objects.filter(organisation=organisation, state=BankAccountState.PENDING)
    return waiting.first() or enterprises.bank_account(organisation, state=BankAccountState.PENDING)


def _some_scope(institution: Institution) -> LicenceScope:
    found = LicenceScope.objects.filter(institution=institution).first()
    return found or institutions.licence_scope(institution, "6-18-01-01", "senior")

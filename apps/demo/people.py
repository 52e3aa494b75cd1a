"""Accounts and roles of the demo city. Roles are proposed by one administrator and approved by another."""

from dataclasses import dataclass, field
from datetime import date

from django.contrib.auth.hashers import make_password

from apps.accounts.actors import Actor
from apps.accounts.middleware import actor_of
from apps.accounts.models import District, Membership, Organisation, Person, User
from apps.accounts.roles import ADMINISTRATORS, Role
from apps.accounts.services.memberships import approve_membership, found_administrator, propose_membership
from apps.accounts.services.people import register_person
from apps.demo.invention import Inventor

PASSWORD = "Shitu-demo-2026"  # noqa: S105 - printed by `demo_accounts`; the demo city guards nothing


@dataclass
class Staff:
    """Who acts in the demo city, by role and district."""

    system_admin: Actor
    security_admin: Actor
    of_district: dict[tuple[Role, str], Actor] = field(default_factory=dict)
    of_city: dict[Role, Actor] = field(default_factory=dict)


class Registry:
    """Opens accounts; hashes their one password once, which alone takes a third of a second."""

    def __init__(self, inventor: Inventor, since: date) -> None:
        self.inventor = inventor
        self.since = since
        self.apprentice_shown = False
        self.system = Actor.system("demo city")
        self._hash = make_password(PASSWORD)
        self.staff = self._found()

    def account(self, username: str, *, name: str = "") -> User:
        """A person with an account of that name."""
        invented = self.inventor.person(age_min=25, age_max=55)
        person = register_person(
            self.system, name=name or invented.name, id_number=invented.id_number, mobile=invented.mobile
        )
        return self.account_of(username, person)

    def account_of(self, username: str, person: Person) -> User:
        """An account of somebody who is known already."""
        return User.objects.create(
            username=username, person=person, password=self._hash, email=f"{username}@demo.invalid"
        )

    def acting(self, membership: Membership) -> Actor:
        """The actor of a membership."""
        return _acting(membership)

    def member(
        self,
        username: str,
        role: Role,
        *,
        organisation: Organisation | None = None,
        district: District | None = None,
        label: str = "",
    ) -> Actor:
        """An account with one role; `label` puts it on the sign-in page of the demo city."""
        proposed = propose_membership(
            self.staff.system_admin,
            user=self.account(username),
            role=role,
            organisation=organisation,
            district=district,
            valid_from=self.since,
            reason="演示账号",
            demo_label=label,
        )
        return _acting(approve_membership(self.staff.security_admin, proposed))

    def _found(self) -> Staff:
        admins = {
            role: _acting(
                found_administrator(
                    self.account(f"demo-{role.value.replace('_', '-')}"),
                    role,
                    on=self.since,
                    demo_label=role.value,
                )
            )
            for role in sorted(ADMINISTRATORS)
        }
        return Staff(system_admin=admins[Role.SYSTEM_ADMIN], security_admin=admins[Role.SECURITY_ADMIN])


def _acting(membership: Membership) -> Actor:
    return actor_of(
        Membership.objects.select_related("user__person", "organisation", "district").get(pk=membership.pk)
    )


def hire_offices(registry: Registry, shown_district: str, districts: frozenset[str] | None = None) -> Staff:
    """Reviewer, supervisor, finance officer of each district (or of those named), and the city's people."""
    staff = registry.staff
    offices = (Role.DISTRICT_REVIEWER, Role.DISTRICT_SUPERVISOR, Role.FINANCE_OFFICER)
    for district in District.objects.order_by("position"):
        if districts is not None and district.pk not in districts:
            continue
        shown = district.pk == shown_district
        for role in offices:
            staff.of_district[role, district.pk] = registry.member(
                f"demo-{role.value.replace('_', '-')}-{district.pk}",
                role,
                district=district,
                label=role.value if shown else "",
            )
    for role in (Role.CITY_OFFICER, Role.FINANCE_OFFICER):
        staff.of_city[role] = registry.member(
            f"demo-city-{role.value.replace('_', '-')}", role, label=f"city_{role.value}"
        )
    return staff

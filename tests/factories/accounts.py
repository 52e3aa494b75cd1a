"""People, organisations, accounts and actors, made straight in the tables.

    actor = member(Role.DISTRICT_REVIEWER, district=district("110105")).actor
    client.force_login(actor_user(actor))

Every grant names two administrators, as the database asks; they are made once per test.
"""

from datetime import date
from itertools import count
from typing import Any

from django.db import transaction
from django.test import Client

from apps.accounts.actors import Actor
from apps.accounts.enums import TokenArea
from apps.accounts.middleware import MEMBERSHIP_KEY, actor_of
from apps.accounts.models import ApiToken, District, Membership, Organisation, Person, User
from apps.accounts.models.membership import MembershipState, Origin
from apps.accounts.pinyin import pinyin
from apps.accounts.roles import ADMINISTRATORS, DISTRICT_ROLES, ORGANISATION_OF, OrganisationKind, Role
from apps.accounts.services import id_index, mobile_index
from apps.core.identifiers import parse_id_number
from tests.factories import numbers
from tests.ground import stands

PASSWORD = "Apprentice-2022"
LONG_AGO = date(2000, 1, 1)
_KNOWN_DISTRICTS = {
    "110101": ("东城区", "Dongcheng", 1),
    "110105": ("朝阳区", "Chaoyang", 3),
    "110108": ("海淀区", "Haidian", 6),
    "110400": ("经济技术开发区", "Economic-Technological Development Area", 17),
}
_next = count(1)


def district(code: str = "110105") -> District:
    """The district of a code: Chaoyang unless another is named."""
    name, name_en, position = _KNOWN_DISTRICTS.get(code, (f"{code}区", code, 100 + next(_next)))
    found, _created = District.objects.get_or_create(
        code=code, defaults={"name": name, "name_en": name_en, "position": position}
    )
    return found


def person(name: str = "", *, id_number: str = "", mobile: str = "") -> Person:
    """A new person; the numbers are made up, and valid, where none are given."""
    number = id_number or numbers.id_number()
    phone = mobile or numbers.mobile()
    identity = parse_id_number(number)
    given = name or "张" + "".join("零一二三四五六七八九"[int(digit)] for digit in str(next(_next)))
    return Person.objects.create(
        name=given,
        name_pinyin=pinyin(given),
        id_number=identity.number,
        id_index=id_index(identity.number),
        mobile=phone,
        mobile_index=mobile_index(phone),
        birth_date=identity.birth_date,
        sex=identity.sex,
    )


def organisation(
    kind: str = OrganisationKind.ENTERPRISE,
    name: str = "",
    *,
    district: District | None = None,
    superior: Organisation | None = None,
    uscc: str | None = None,
) -> Organisation:
    """A new organisation with a valid credit code; enterprises and institutions lie in Chaoyang."""
    needs_district = kind in (
        OrganisationKind.ENTERPRISE,
        OrganisationKind.INSTITUTION,
        OrganisationKind.DISTRICT_BUREAU,
    )
    given = name or f"{OrganisationKind(kind).label} {next(_next)}"
    return Organisation.objects.create(
        kind=kind,
        name=given,
        name_pinyin=pinyin(given),
        uscc=uscc or numbers.credit_code(),
        district=district or (_district() if needs_district else None),
        superior=superior,
    )


def user(
    username: str = "", *, person: Person | None = None, password: str = PASSWORD, **fields: Any
) -> User:
    """A new account of a new person."""
    return User.objects.create_user(
        username or f"user{next(_next)}", password, person=person or _person(), **fields
    )


def founding_administrator(role: Role) -> Membership:
    """The first administrator of a kind, made once per test."""
    found = (
        Membership.objects.filter(role=role, origin=Origin.FOUNDING).select_related("user__person").first()
    )
    if found is not None:
        return found
    made = Membership.objects.create(
        user=user(f"first-{role.value.replace('_', '-')}"),
        role=role,
        valid_from=LONG_AGO,
        state=MembershipState.ACTIVE,
        origin=Origin.FOUNDING,
    )
    return with_person(made)


@stands
def founders() -> None:
    """Those who grant: nearly everybody needs them to become a member of anything."""
    _administrators()


def _administrators() -> tuple[int, int]:
    """The accounts of the two who grant: the system and the security administrator."""
    wanted = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)
    founding = Membership.objects.filter(role__in=wanted, origin=Origin.FOUNDING)
    known = dict(founding.values_list("role", "user_id"))
    for role in wanted:
        if role not in known:
            known[role] = founding_administrator(role).user_id
    return known[wanted[0]], known[wanted[1]]


@transaction.atomic
def member(
    role: Role,
    *,
    organisation: Organisation | None = None,
    district: District | None = None,
    user: User | None = None,
    person: Person | None = None,
    valid_from: date = LONG_AGO,
    valid_to: date | None = None,
    demo_label: str = "",
) -> Membership:
    """An active membership in a role; what the role needs as its scope is made where it is not given."""
    if role in ORGANISATION_OF and organisation is None:
        organisation = _organisation(ORGANISATION_OF[role])
    if role in DISTRICT_ROLES and district is None:
        district = _district()
    if role in ADMINISTRATORS and user is None and person is None:
        return with_person(founding_administrator(role))
    if role == Role.APPRENTICE:
        grant: dict[str, Any] = {"origin": Origin.ENROLMENT}
    else:
        proposer, approver = _administrators()
        grant = {"proposed_by_id": proposer, "approved_by_id": approver}
    made = Membership.objects.create(
        user=user or _user(person=person),
        role=role,
        organisation=organisation,
        district=district,
        valid_from=valid_from,
        valid_to=valid_to,
        state=MembershipState.ACTIVE,
        demo_label=demo_label,
        **grant,
    )
    # What the database filled in, without asking it again.
    made.person_id = made.user.person_id
    return made


def with_person(membership: Membership) -> Membership:
    """The membership with what the database filled in."""
    return Membership.objects.select_related("user__person", "organisation", "district").get(pk=membership.pk)


def actor(role: Role, **scope: Any) -> Actor:
    """The actor of a new membership; `scope` as for `member`."""
    return actor_of(member(role, **scope))


def client_of(membership: Membership) -> Client:
    """A browser in which the account of the membership is signed in, in this role."""
    browser = Client()
    browser.force_login(membership.user, backend="django.contrib.auth.backends.ModelBackend")
    session = browser.session
    session[MEMBERSHIP_KEY] = membership.pk
    session.save()
    return browser


def client_for(role: Role, **scope: Any) -> Client:
    """A browser signed in as a new member of a role."""
    return client_of(member(role, **scope))


def token(membership: Membership, scopes: list[str] | None = None) -> tuple[ApiToken, str]:
    """A token of a membership, valid for a year from now, and its secret."""
    from datetime import timedelta

    from apps.accounts.services import issue_token
    from apps.core import clock

    return issue_token(
        actor_of(founding_administrator(Role.SECURITY_ADMIN)),
        membership=membership,
        name="test",
        scopes=scopes or list(TokenArea.values),
        expires_at=clock.now() + timedelta(days=365),
    )


# Parameters are named like the factories that fill them in.
_district, _organisation, _person, _user = district, organisation, person, user

"""People are known by their number, which is sealed, masked and shown only with a logged reason."""

from datetime import date

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.accounts import services
from apps.accounts.actors import Actor
from apps.accounts.enums import AccessAction
from apps.accounts.middleware import actor_of
from apps.accounts.models import AccessLog, Membership, Organisation, Person
from apps.accounts.roles import PEOPLE, Role
from apps.core.errors import Conflict, InvalidInput
from apps.core.identifiers import InvalidIdentifier
from tests.factories import accounts, numbers

SYSTEM = Actor.system("test")
ON = date(2023, 3, 1)


def test_the_same_number_is_the_same_person_however_it_is_typed() -> None:
    number = numbers.id_number(sequence=123)
    first = services.register_person(SYSTEM, name="李明", id_number=number, on=ON)
    full_width = "".join(chr(ord(c) + 0xFEE0) for c in number)
    for typed in (full_width, f" {number} ", number.lower()):
        assert services.register_person(SYSTEM, name="李明", id_number=typed, on=ON) == first
    assert Person.objects.count() == 1
    assert AccessLog.objects.filter(action=AccessAction.PERSON_REGISTERED).count() == 1


def test_a_number_with_another_name_is_refused() -> None:
    number = numbers.id_number()
    services.register_person(SYSTEM, name="李明", id_number=number, on=ON)
    with pytest.raises(Conflict) as refusal:
        services.register_person(SYSTEM, name="李鸣", id_number=number, on=ON)
    assert refusal.value.code == "person_other_name"
    assert number not in str(refusal.value)


def test_a_mistyped_number_registers_nobody() -> None:
    with pytest.raises(InvalidIdentifier):
        services.register_person(SYSTEM, name="李明", id_number="110101199001011235", on=ON)
    assert not Person.objects.exists()


def test_numbers_are_sealed_in_the_table() -> None:
    person = accounts.person(mobile="13800138000")
    with connection.cursor() as cursor:
        cursor.execute("SELECT id_number, mobile, to_json(p)::text FROM accounts_person p")
        sealed_number, sealed_mobile, whole = cursor.fetchone()
    assert person.id_number.encode() not in bytes(sealed_number)
    assert b"13800138000" not in bytes(sealed_mobile)
    assert person.id_number not in whole


def test_the_history_of_a_person_keeps_no_number() -> None:
    person = accounts.person("李明")
    Person.objects.filter(pk=person.pk).update(name="李鸣")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {Person.pgh_event_model._meta.db_table}")
        columns = {column.name for column in cursor.description}
        row = cursor.fetchone()
    assert "李明" in row
    assert not columns & {"id_number", "mobile", "id_index", "mobile_index"}


def test_looking_at_a_number_needs_a_reason_and_leaves_a_row() -> None:
    actor, person = accounts.actor(Role.DISTRICT_REVIEWER), accounts.person()
    with pytest.raises(InvalidInput):
        services.unmask(actor, person, "id_number", "  ")
    assert services.unmask(actor, person, "id_number", "compare with the contract") == person.id_number
    row = AccessLog.objects.get(action=AccessAction.UNMASKED)
    assert (row.user_id, row.subject_type, row.subject_id, row.reason) == (
        actor.user_id,
        "accounts.person.id_number",
        str(person.pk),
        "compare with the contract",
    )
    assert person.id_number not in str(vars(row))


def test_a_number_that_somebody_types_as_a_reason_is_masked() -> None:
    actor, person = accounts.actor(Role.DISTRICT_REVIEWER), accounts.person()
    services.unmask(actor, person, "mobile", f"本人 {person.id_number} 来电")
    assert person.id_number not in AccessLog.objects.get(action=AccessAction.UNMASKED).reason


def test_nothing_is_shown_when_the_row_cannot_be_written() -> None:
    """I25: the log and the look are one transaction."""
    actor, person = accounts.actor(Role.DISTRICT_REVIEWER), accounts.person()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute("REVOKE INSERT ON accounts_accesslog FROM shitu_app")
        cursor.execute("SET LOCAL ROLE shitu_app")
    with pytest.raises(DatabaseError), transaction.atomic():
        services.unmask(actor, person, "id_number", "compare with the contract")


@pytest.mark.parametrize("role", ["shitu_app", "NONE"])
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE accounts_accesslog SET reason = 'other'",
        "DELETE FROM accounts_accesslog",
        "TRUNCATE accounts_accesslog",
    ],
)
def test_nobody_edits_or_removes_the_access_log(sql: str, role: str) -> None:
    """I23: neither the application nor the owner of the table."""
    accounts.client_for(Role.AUDIT_ADMIN)
    assert AccessLog.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute(sql)


def test_the_application_cannot_take_the_guard_off() -> None:
    for sql in (
        "ALTER TABLE accounts_accesslog DISABLE TRIGGER ALL",
        "DROP TABLE accounts_accesslog",
        "SET LOCAL session_replication_role = replica",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


@pytest.mark.parametrize("role", sorted(PEOPLE))
def test_one_sees_oneself_and_the_system_administrator_who_has_an_account(role: Role) -> None:
    member = accounts.member(role)
    accounts.person()
    actor = actor_of(member)
    seen = set(Person.objects.visible_to(actor))
    if role == Role.SYSTEM_ADMIN:
        assert seen == set(Person.objects.filter(users__isnull=False))
    else:
        assert seen == {member.user.person}


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.ENTERPRISE_OPERATOR, {"own"}),
        (Role.DISTRICT_REVIEWER, {"own", "neighbour"}),
        (Role.SUPERIOR_UNIT, {"own", "superior"}),
        (Role.OBSERVER, {"own", "superior"}),
        (Role.CITY_OFFICER, {"own", "neighbour", "foreign", "superior"}),
        (Role.AUDITOR, {"own", "neighbour", "foreign", "superior"}),
        (Role.SYSTEM_ADMIN, {"own", "neighbour", "foreign", "superior"}),
        (Role.SECURITY_ADMIN, set()),
        (Role.AUDIT_ADMIN, set()),
        (Role.APPRENTICE, set()),
    ],
)
def test_organisations_are_seen_by_scope(role: Role, sees: set[str]) -> None:
    superior = accounts.organisation("superior_unit", "superior")
    home, away = accounts.district("110105"), accounts.district("110108")
    own = accounts.organisation(name="own", district=home, superior=superior)
    accounts.organisation(name="neighbour", district=home)
    accounts.organisation(name="foreign", district=away)
    scope = {
        Role.ENTERPRISE_OPERATOR: {"organisation": own},
        Role.SUPERIOR_UNIT: {"organisation": superior},
        Role.OBSERVER: {"organisation": superior},
        Role.DISTRICT_REVIEWER: {"district": home},
    }.get(role, {})
    actor = accounts.actor(role, **scope)
    named = Organisation.objects.filter(name__in=["own", "neighbour", "foreign", "superior"])
    assert set(named.visible_to(actor).values_list("name", flat=True)) == sees
    assert not Organisation.objects.visible_to(None).exists()


def test_a_credit_code_is_registered_once() -> None:
    code = numbers.credit_code()
    given = {"kind": "enterprise", "uscc": code, "district": accounts.district()}
    services.create_organisation(SYSTEM, name="甲公司", **given)
    with pytest.raises(Conflict):
        services.create_organisation(SYSTEM, name="乙公司", **given)


def test_a_district_belongs_to_an_enterprise_by_the_database_too() -> None:
    with pytest.raises(IntegrityError, match="organisation_has_district"):
        Organisation.objects.create(kind="enterprise", name="无区公司")


def test_the_first_three_administrators_are_founded_once(tmp_path, capsys) -> None:
    lines = [
        f"{role},管理{number},{numbers.id_number()},founder-{number}"
        for number, role in (("一", "system_admin"), ("二", "security_admin"), ("三", "audit_admin"))
    ]
    table = tmp_path / "administrators.csv"
    ascii_lines = [line.replace("-一", "-1").replace("-二", "-2").replace("-三", "-3") for line in lines]
    table.write_text("\n".join(["role,name,id_number,username", *ascii_lines]), encoding="utf-8")
    call_command("found_administrators", table)
    assert len(capsys.readouterr().out.splitlines()) == 3
    assert Membership.objects.filter(origin="founding").count() == 3
    with pytest.raises(CommandError):
        call_command("found_administrators", table)


def test_one_person_cannot_found_two_offices(tmp_path) -> None:
    number = numbers.id_number()
    table = tmp_path / "administrators.csv"
    roles = ("system_admin", "security_admin", "audit_admin")
    lines = [f"{role},管理员,{number},{role.replace('_', '-')}" for role in roles]
    table.write_text("\n".join(["role,name,id_number,username", *lines]), encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("found_administrators", table)
    assert not Membership.objects.exists()


def test_districts_are_loaded_again_without_change() -> None:
    from apps.accounts.models import District

    call_command("load_districts")
    before = list(District.objects.values_list())
    call_command("load_districts")
    assert list(District.objects.values_list()) == before
    assert len(before) == 17

"""No reviewer sees or changes another district's data (I14): the lock in the database, and the mirror.

The first half attacks by SQL as the application role, in a session that acts for one district. The second
half reads every page and every list of the REST interface as the members of one district and looks for the
marks of the other.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path, reverse

from apps.accounts import permission_table
from apps.accounts.access import access
from apps.accounts.middleware import actor_of
from apps.accounts.permission_table import Route
from apps.accounts.roles import Role
from apps.claims.models import Claim
from apps.core import rls
from apps.core.ground_invariants import unprotected_sql
from apps.plans.models import Plan
from tests.factories import accounts
from tests.ground import stands
from tests.mirror import MARK, mirrored, protected_tables, rows_shown
from tests.permission_objects import Pair, World
from tests.permission_registry import OBJECTS

pytestmark = pytest.mark.usefixtures("confirmed_for_long")

OWN, FOREIGN = "110105", "110108"
# Rows that name no district: notices to organisations, the city and single people.
_OF_NOBODY = {"casework_notice"}
# A trigger before the row refuses these in every scope.
_GUARDED_BEFORE = {"casework_history", "payouts_instalment", "payouts_recovery"}
_SHUT = {"account_logout", "accounts:demo_sign_in", "account_change_password"}


@pytest.fixture
@stands
def world() -> World:
    """With a row of both districts in every protected table."""
    return mirrored()


@pytest.fixture
@stands
def small_world() -> World:
    """A class in each district is enough where plans are looked at."""
    found = World()
    for of in (found.of, found.foreign_of):
        assert of.shop.plan.pk
    return found


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


@contextmanager
def without_policies() -> Iterator[None]:
    """For the length of the block the owner has taken the lock off."""
    tables = protected_tables()
    with connection.cursor() as cursor:
        _as_owner(cursor, *(f"ALTER TABLE {_quoted(table)} DISABLE ROW LEVEL SECURITY" for table in tables))
        yield
        _as_owner(cursor, *(f"ALTER TABLE {_quoted(table)} ENABLE ROW LEVEL SECURITY" for table in tables))


def _as_owner(cursor, *statements: str) -> None:
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL ROLE NONE")
    for statement in statements:
        cursor.execute(statement)
    cursor.execute(f"SET LOCAL ROLE {settings.APP_DB_ROLE}")


# The database by itself. -----------------------------------------------------------------------------


def test_each_protected_table_shows_a_district_its_own_rows_and_the_city_all(world: World) -> None:
    wrong = []
    for table in protected_tables():
        own, foreign, city = (rows_shown(table, scope) for scope in (OWN, FOREIGN, rls.WHOLE_CITY))
        if not own or not foreign:
            wrong.append(f"{table}: {len(own)} own and {len(foreign)} foreign rows prove nothing")
        if own & foreign:
            wrong.append(f"{table}: {len(own & foreign)} rows are shown to both districts")
        if own | foreign != city and table not in _OF_NOBODY:
            wrong.append(f"{table}: rows that neither district sees")
    assert not wrong, "\n".join(wrong)


def test_without_a_setting_nothing_is_shown(world: World) -> None:
    assert {table for table in protected_tables() if rows_shown(table, rls.NOTHING)} == set()
    with connection.cursor() as cursor:
        cursor.execute("RESET shitu.district")
        shown = set()
        for table in protected_tables():
            cursor.execute(f"SELECT count(*) FROM {_quoted(table)}")
            if cursor.fetchone()[0]:
                shown.add(table)
        cursor.execute("SELECT set_config('shitu.district', '*', false)")
    assert shown == set()


def test_rows_of_another_district_are_neither_changed_nor_deleted(world: World) -> None:
    touched = []
    for table in protected_tables():
        foreign = sorted(rows_shown(table, FOREIGN))
        column = _some_column(table)
        for verb in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
            if _affected(f"{verb} WHERE ctid = ANY(%s::tid[])", [foreign]):
                touched.append(verb)
    assert not touched


def test_no_row_is_added_to_another_district(world: World) -> None:
    """The same copy of the same row: refused to the own district by the policy, to the city by a key."""
    wrong = []
    for table in protected_tables():
        foreign = rows_shown(table, FOREIGN)
        if not foreign:
            continue  # Named by the test above.
        columns = _plain_columns(table)
        insert = (
            f"INSERT INTO {table} ({columns})"
            f" SELECT {columns} FROM jsonb_populate_record(NULL::{table}, %s::jsonb)"
        )
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT to_jsonb(t) FROM {table} t WHERE ctid = %s::tid", [min(foreign)])
            row = cursor.fetchone()[0]
        of_own, of_city = (_refusal(insert, [row], scope) for scope in (OWN, rls.WHOLE_CITY))
        if "row-level security" in of_city:
            wrong.append(f"{table}: the city is refused as well")
        if "row-level security" not in of_own and (of_own != of_city or table not in _GUARDED_BEFORE):
            wrong.append(f"{table}: {of_own}")
    assert not wrong, "\n".join(wrong)


def _plain_columns(table: str) -> str:
    """The columns that a row is added with: what the database computes is left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
            [table],
        )
        return str(cursor.fetchone()[0])


def test_a_row_is_not_handed_to_another_district(world: World) -> None:
    for table in protected_tables():
        column = next((name for name in _columns(table) if name in ("district_id", "district_code")), None)
        if column is None:
            continue
        refused = pytest.raises(DatabaseError)
        with refused, transaction.atomic(), rls.within(OWN), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET {column} = %s", [FOREIGN])


def test_with_the_policies_off_the_same_attack_reads_everything(world: World) -> None:
    """The control: what was refused above was refused by the policies and by nothing else."""
    with without_policies():
        for table in protected_tables():
            assert rows_shown(table, OWN) == rows_shown(table), table
        assert _affected("UPDATE casework_note SET text = 'x' WHERE text = %s", [MARK])


def test_the_audit_names_a_table_whose_lock_is_off() -> None:
    assert _unprotected() == set()
    with without_policies():
        assert set(protected_tables()) <= _unprotected()
    with connection.cursor() as cursor:
        _as_owner(
            cursor,
            "ALTER TABLE claims_claim NO FORCE ROW LEVEL SECURITY",
            "DROP POLICY city_or_district ON plans_mentor",
            "DROP POLICY city_or_district ON banking_statementline",
            "DROP POLICY city_or_district ON banking_statementmatch",
            "CREATE POLICY everybody ON casework_note USING (true)",
            "CREATE TABLE public.newcomer (id int, plan_id bigint REFERENCES plans_plan (id))",
        )
    bank = {"banking_statementline", "banking_statementmatch"}
    assert _unprotected() == {"claims_claim", "plans_mentor", "casework_note", "newcomer", *bank}


def _unprotected() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(unprotected_sql(rls.LEFT_OPEN))
        return {row[0] for row in cursor.fetchall()}


def _columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def _some_column(table: str) -> str:
    return next(name for name in _columns(table) if name not in ("id", "state"))


def _affected(sql: str, params: list, scope: str = OWN) -> int:
    """How many rows a statement touches; none where the role may not touch any row of the table."""
    try:
        with transaction.atomic(), rls.within(scope), connection.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.rowcount
    except DatabaseError as error:
        if "permission denied" not in str(error):
            raise
        return 0


def _refusal(sql: str, params: list, scope: str) -> str:
    try:
        with transaction.atomic(), rls.within(scope), connection.cursor() as cursor:
            cursor.execute(sql, params)
            transaction.set_rollback(True)
    except DatabaseError as error:
        return str(error)
    return "nobody refused it"


# Requests. -------------------------------------------------------------------------------------------


@access(*Role)
def _careless(_request: HttpRequest) -> HttpResponse:
    """A page that forgot `visible_to`."""
    names = [*Plan.objects.values_list("number", flat=True), *Claim.objects.values_list("number", flat=True)]
    return HttpResponse("\n".join(names))


@access.public
def _careless_and_public(request: HttpRequest) -> HttpResponse:
    return _careless(request)


@access(*Role)
def _broken(_request: HttpRequest) -> HttpResponse:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")
    return HttpResponse("never")


urlpatterns = [
    path("careless/", _careless),
    path("public/", _careless_and_public),
    path("broken/", _broken),
    path("", include("config.urls")),
]


def _answer(world: World, role: Role | None, address: str = "/careless/") -> str:
    browser = world.browser(role.value) if role else Client()
    browser.raise_request_exception = False
    with override_settings(ROOT_URLCONF=__name__):
        return browser.get(address).content.decode()


def test_a_page_that_forgot_its_scope_shows_a_district_nothing_of_the_others(small_world: World) -> None:
    own, foreign = small_world.of.shop.plan.number, small_world.foreign_of.shop.plan.number
    for role in (Role.DISTRICT_REVIEWER, Role.DISTRICT_SUPERVISOR, Role.FINANCE_OFFICER):
        shown = _answer(small_world, role)
        assert own in shown, role
        assert foreign not in shown, role
    assert foreign in _answer(small_world, Role.CITY_OFFICER)
    with without_policies():
        assert foreign in _answer(small_world, Role.DISTRICT_REVIEWER)


def test_the_public_and_administrators_are_shown_no_case_whatever_a_page_forgets(small_world: World) -> None:
    assert _answer(small_world, None, "/public/") == ""
    for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN):
        assert _answer(small_world, role) == "", role


def test_the_setting_is_what_it_was_after_a_request_and_after_one_that_failed(small_world: World) -> None:
    for address in ("/careless/", "/broken/", "/nowhere/"):
        for before in (rls.WHOLE_CITY, rls.NOTHING, FOREIGN):
            with rls.within(before):
                _answer(small_world, Role.DISTRICT_REVIEWER, address)
                assert (rls.current(), _setting()) == (before, before), address


def test_a_token_narrows_the_request_as_a_session_does(small_world: World) -> None:
    """The view forgets its scope: the list is whatever the database shows."""
    own, foreign = small_world.of.shop.plan.number, small_world.foreign_of.shop.plan.number
    reviewer = _program(small_world, Role.DISTRICT_REVIEWER)
    with patch("apps.plans.models.plan.PlanQuerySet.visible_to", lambda rows, _actor: rows):
        shown = reviewer.get(reverse("api:plan-list")).content.decode()
        everything = _program(small_world, Role.CITY_OFFICER).get(reverse("api:plan-list")).content.decode()
    assert own in shown
    assert foreign not in shown
    assert foreign in everything
    assert (rls.current(), _setting()) == (rls.WHOLE_CITY, rls.WHOLE_CITY)


def _setting() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('shitu.district', true)")
        return cursor.fetchone()[0]


def _program(world: World, role: Role) -> Client:
    return Client(headers={"Authorization": f"Bearer {accounts.token(world.member(role))[1]}"})


# The mirror. -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_no_page_shows_a_member_of_one_district_a_mark_of_the_other(world: World) -> None:
    marks = [mark.encode() for mark in _marks(world)]
    found = []
    for role in (Role.DISTRICT_REVIEWER, Role.DISTRICT_SUPERVISOR, Role.FINANCE_OFFICER):
        opened = 0
        for url, body in _read(world, role):
            opened += 1
            found += [f"{role} {url}: {mark.decode()}" for mark in marks if mark in body]
        assert opened > 30, role
    assert not found, "\n".join(found)


def _read(world: World, role: Role) -> Iterator[tuple[str, bytes]]:
    """Every answer that is there for a role: pages by a session, lists by a token."""
    browser, program = world.browser(role.value), _program(world, role)
    actor = actor_of(world.member(role))
    for route in permission_table.routes():
        declaration = route.declaration("GET")
        if "GET" not in route.methods or declaration is None or not declaration.admits(actor, "GET"):
            continue
        for url in _addresses(route, world):
            with transaction.atomic():
                response = (program if route.is_api else browser).get(url)
                body = b"".join(response) if response.streaming else response.content
                transaction.set_rollback(True)
            yield url, body


def test_the_mirror_finds_a_mark_where_there_is_one(world: World) -> None:
    """The control: the city's list of plans has them."""
    body = world.browser(Role.CITY_OFFICER.value).get(reverse("desk:plan_list")).content.decode()
    assert any(mark in body for mark in _marks(world))


def _addresses(route: Route, world: World) -> Iterator[str]:
    """One's own, the other's, and the list with a search for the mark."""
    if route.name in _SHUT or route.name in permission_table.SHUT:
        return
    if not route.parameters:
        url = reverse(route.name)
        yield url
        if route.name.startswith(("desk:", "api:")):
            yield f"{url}?q=PX-&text=PX-&district={FOREIGN}&district_id={FOREIGN}"
        return
    if route.name not in OBJECTS:
        return  # The permission matrix names it.
    pair: Pair = OBJECTS[route.name](world)
    yield reverse(route.name, kwargs=pair.own)
    if pair.foreign is not None:
        yield reverse(route.name, kwargs=pair.foreign)


def _marks(world: World) -> list[str]:
    """What only the other district has: the mark, and the numbers of its files."""
    of = world.foreign_of
    claim = Claim.objects.get(training_class=of.training_class)
    numbers = [of.shop.plan.number, of.shop.plan.title, of.training_class.number, claim.number]
    numbers += [row.number for row in of.enrolments()]
    numbers += [order.number for order in claim.orders.all()]
    numbers += [of.shop.enterprise.organisation.uscc, of.shop.institution.organisation.uscc]
    return [MARK, *numbers]

"""Every address x method x role: the file says who may, the code declares it, the server does it.

A page that is added without a line in tests/permissions.csv fails here, and so does a line without a
page, an address with parameters for which nobody registered objects (tests/permission_objects.py), a
refusal that writes, and a GET that changes anything.
"""

import os
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from apps.accounts import permission_table
from apps.accounts.enums import TokenArea
from apps.accounts.management.commands.permissions import FILE
from apps.accounts.permission_table import ABSENT, ALLOW, DENY, ROLES, SIGN_IN, Route
from apps.accounts.roles import ADMINISTRATORS, Role
from tests.factories import accounts
from tests.permission_objects import SEES_ALL, Pair, World
from tests.permission_registry import OBJECTS

pytestmark = pytest.mark.usefixtures("confirmed_for_long")

_WRITES = re.compile(r"^\s*(INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)
# What asking leaves behind: the session, the row of a refusal or of a look, the lock's counters.
_TRACES = {
    "django_session",
    "accounts_accesslog",
    "accounts_user",
    "accounts_userevent",
    "accounts_apitoken",
    "axes_accessattempt",
    "axes_accesslog",
}
# Signing out ends the session of the test's browser; these are tried on their own in test_sign_in.
_ENDS_THE_SESSION = {"account_logout", "accounts:demo_sign_in", "account_change_password"}


@pytest.fixture(scope="module")
def routes() -> list[Route]:
    return permission_table.routes()


def test_every_view_declares_who_may_call_it() -> None:
    assert permission_table.undeclared() == []


def test_the_file_lists_exactly_what_the_code_declares() -> None:
    assert permission_table.differences(permission_table.read(FILE), permission_table.table()) == []


def test_a_page_that_the_file_does_not_list_is_found() -> None:
    kept = permission_table.read(FILE)
    now = permission_table.table()
    assert permission_table.differences([row for row in kept if row != kept[0]], now) != []
    assert permission_table.differences(kept, [row for row in now if row != now[0]]) != []
    widened = [now[0]._replace(verdict="other"), *now[1:]]
    assert permission_table.differences(kept, widened) != []


def test_every_address_with_parameters_has_objects_to_be_tried_with(routes: list[Route]) -> None:
    wanted = {route.name for route in routes if route.parameters and not _is_shut(route)}
    assert not wanted - OBJECTS.keys(), "\n".join(sorted(wanted - OBJECTS.keys()))
    assert not OBJECTS.keys() - wanted, "\n".join(sorted(OBJECTS.keys() - wanted))


def test_a_token_can_be_limited_to_each_part_of_the_interface_and_to_no_other(routes: list[Route]) -> None:
    areas = {route.view.cls.scope for route in routes if route.is_api and hasattr(route.view.cls, "scope")}
    assert areas == set(TokenArea.values)


def test_what_opens_without_signing_in_is_known(routes: list[Route]) -> None:
    """A snapshot: whoever opens a page to the world says so here as well."""
    public = {
        row.route for row in permission_table.table() if (row.role, row.verdict) == ("anonymous", ALLOW)
    }
    assert {name for name in public if not name.startswith(("public:", "api:"))} == {
        "account_inactive",
        "account_login",
        "accounts:demo_sign_in",
        "healthz",
        "mfa_authenticate",
        "set_language",
    }


DOORS = ["desk", "portal", "public", ""]
# So many of the roles that are refused are tried at each address, at each address others; `make fuzz` tries
# all. Whoever is admitted is always tried, and so is whoever has not signed in.
REFUSED_TRIED = len(ROLES) if os.environ.get("SHITU_EVERY_REFUSAL") else 3


@pytest.fixture(scope="module")
def verdicts() -> dict[tuple[str, str, str], str]:
    return {row[:3]: row.verdict for row in permission_table.read(FILE)}


@pytest.mark.slow
@pytest.mark.parametrize("door", DOORS)
def test_every_page_answers_each_role_as_the_file_says(
    door: str, routes: list[Route], verdicts: dict[tuple[str, str, str], str]
) -> None:
    """One's own opens, the same of another district does not exist, a refusal changes nothing."""
    world, wrong = World(), []
    browsers = {role: world.browser(role) for role in ROLES}
    for route in routes:
        if route.is_api or _is_shut(route) or _door(route) != door or route.name in _ENDS_THE_SESSION:
            continue
        pair = _pair(route, world)
        for method, role in product(route.methods if pair else (), ROLES):
            expected = verdicts.get((route.name, method, role), "a line in the file")
            if expected == DENY and role not in _refused(route, method, verdicts):
                continue
            for kind, kwargs, verdict in _cases(pair, role, expected):
                url = reverse(route.name, kwargs=kwargs)
                what = f"{route.name} {method} {role} {kind}"
                wrong += _tried(browsers[role], method, url, verdict, what, pair)
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
def test_the_rest_interface_answers_each_role_as_the_file_says(
    routes: list[Route], verdicts: dict[tuple[str, str, str], str]
) -> None:
    world, wrong = World(), []
    programs = {role: _program(world, role) for role in ROLES}
    for route in routes:
        pair = _pair(route, world) if route.is_api else None
        for method, role in product(route.methods if pair else (), ROLES):
            expected = verdicts.get((route.name, method, role), "a line in the file")
            if role in ADMINISTRATORS:
                # They get no token at all, so they are nobody here.
                expected = verdicts.get((route.name, method, "anonymous"), expected)
            if expected == DENY and role not in _refused(route, method, verdicts):
                continue
            for kind, kwargs, verdict in _cases(pair, role, expected):
                url = reverse(route.name, kwargs=kwargs)
                what = f"{route.name} {method} {role} {kind}"
                wrong += _tried(programs[role], method, url, verdict, what, pair)
    assert not wrong, "\n".join(wrong)


def _refused(route: Route, method: str, verdicts: dict[tuple[str, str, str], str]) -> list[str]:
    """The refused roles that are tried at this address."""
    every = [role for role in ROLES if verdicts.get((route.name, method, role)) == DENY]
    first = zlib.crc32(f"{route.name} {method}".encode()) % max(len(every), 1)
    return [*every[first:], *every[:first]][:REFUSED_TRIED]


def _program(world: World, role: str) -> Client:
    """A program with a token of the member of a role; administrators get none."""
    if role == "anonymous" or role in ADMINISTRATORS:
        return Client()
    return Client(headers={"Authorization": f"Bearer {accounts.token(world.member(Role(role)))[1]}"})


def _door(route: Route) -> str:
    return route.name.split(":")[0] if ":" in route.name and not route.name.startswith("accounts:") else ""


def _pair(route: Route, world: World) -> Pair | None:
    """What an address is tried with; None where nobody registered it, which another test tells."""
    if not route.parameters:
        return Pair({}, may_refuse=False)
    return OBJECTS[route.name](world) if route.name in OBJECTS else None


def _cases(pair: Pair, role: str, expected: str) -> Iterator[tuple[str, dict, str]]:
    """One's own, the other district's, and what does not exist at all."""
    theirs = pair.seen_by is None or role in pair.seen_by
    yield "own", pair.own, expected if expected != ALLOW or theirs else ABSENT
    if pair.foreign is not None and expected == ALLOW and role not in SEES_ALL:
        yield "foreign", pair.foreign, ABSENT


def _tried(browser: Client, method: str, url: str, expected: str, what: str, pair: Pair) -> list[str]:
    """Send the request, take back whatever it did, and tell what was not as expected."""
    api = url.startswith("/api/")
    body, kind = (b"{}", "application/json") if api else (b"", "application/x-www-form-urlencoded")
    browser.raise_request_exception = False
    # A refusal is told in JSON where one asks for it, which saves drawing some thousand pages of it.
    headers = {} if expected == ALLOW else {"Accept": "application/json"}
    if api:
        # Without a key nothing is looked up where money moves.
        headers["Idempotency-Key"] = "tried"
    with transaction.atomic(), _writes() as written:
        response = browser.generic(method, url, body, content_type=kind, headers=headers)
        if hasattr(response, "render") and not response.is_rendered:
            response.render()
        transaction.set_rollback(True)
    found = []
    got = _verdict(response, api=api)
    accepted = {expected} | ({DENY} if pair.may_refuse and expected == ALLOW else set())
    if not pair.own and expected == ALLOW:
        # Without parameters there is nothing to hide: 404 only says that the form named nothing.
        accepted.add(ABSENT)
    if got not in accepted:
        found.append(f"{what}: {response.status_code} {response.get('Location', '')}, not {expected}")
    if response.exc_info:
        found.append(f"{what}: {response.exc_info[1]!r}")
    if (expected != ALLOW or method == "GET") and written - _TRACES:
        found.append(f"{what}: wrote {sorted(written - _TRACES)}")
    return found


def _verdict(response: HttpResponse, *, api: bool) -> str:
    if response.status_code >= 500:
        return "error"
    if response.status_code in (302, 303) and response["Location"].startswith("/accounts/login/?next="):
        return SIGN_IN
    if api and response.status_code == 401:
        return SIGN_IN
    return {403: DENY, 404: ABSENT}.get(response.status_code, ALLOW)


@contextmanager
def _writes() -> Iterator[set[str]]:
    """The tables that statements inside the block wrote to."""
    tables: set[str] = set()

    def watch(execute, sql, params, many, context):
        found = _WRITES.match(sql)
        if found:
            tables.add(found[2].lower())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield tables


def _is_shut(route: Route) -> bool:
    return route.name in permission_table.SHUT

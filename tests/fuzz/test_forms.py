"""No form breaks the server, whatever is posted to it by somebody who may post.

Every address that takes a POST gets its own form back, spoilt in one way after another: fields left
out, NULs, ten thousand characters, several values where one is asked for, numbers and days that are
none, keys of another district, texts for files and files for texts. The fields are those that the page
shows and those that the view was seen to ask for. The short form posts four times, the whole of it every
form in every way.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from apps.accounts import permission_table
from apps.accounts.declared import SHUT
from apps.accounts.management.commands.permissions import FILE
from apps.accounts.permission_table import ALLOW, Route
from tests.permission_objects import Pair, World
from tests.permission_registry import OBJECTS

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("confirmed_for_long")]

# These end the session of the browser that the others need.
ENDS_THE_SESSION = {"account_logout", "accounts:demo_sign_in", "account_change_password"}
DOORS = ("portal", "desk", "")
# How often each form is posted; as often as there are ways to spoil a field means all of them.
TURNS = min(int(os.environ.get("SHITU_FUZZ_EXAMPLES", "3")) + 1, 13)

Values = dict[str, Any]


class Fields(HTMLParser):
    """The fields of a page's forms, with what they hold."""

    def __init__(self) -> None:
        super().__init__()
        self.values: Values = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select and given.get("value"):
            self.values.setdefault(self._select, given["value"])
        elif tag in ("input", "textarea", "button") and name and name != "csrfmiddlewaretoken":
            self.values.setdefault(name, given.get("value") or "1")


def _upload(_value: Any) -> SimpleUploadedFile:
    return SimpleUploadedFile("a\x00b.pdf", b"%PDF-1.4\n" + b"x" * 100, content_type="application/pdf")


# Each way to spoil a value; what it gives for a list is posted as several values of one name.
WAYS: dict[str, Callable[[Any], Any]] = {
    "as it is": lambda value: value,
    "left empty": lambda _value: "",
    "ten thousand characters": lambda _value: "字" * 10_000,
    "several values": lambda value: [value, "x", value],
    "a huge number": lambda _value: "9" * 400,
    "a number beyond the key": lambda _value: str(2**63),
    "below nothing": lambda _value: "-1",
    "no day": lambda _value: "9999-99-99",
    "the first day": lambda _value: "0001-01-01",
    "the last day": lambda _value: "9999-12-31",
    "markup": lambda _value: "<script>'\"%(x)s{{ x }}\u202e\ufffe",
    "a file": _upload,
}


@pytest.mark.parametrize("door", DOORS)
def test_whatever_is_posted_no_page_breaks(door: str) -> None:
    allowed: dict[str, list[str]] = {}
    for row in permission_table.read(FILE):
        if (row.method, row.verdict) == ("POST", ALLOW):
            allowed.setdefault(row.route, []).append(row.role)
    world, broken, tried = World(), [], 0
    browsers: dict[str, Client] = {}
    for route in permission_table.routes():
        if not _is_form(route, door) or route.name not in allowed:
            continue
        if route.parameters and route.name not in OBJECTS:
            continue  # the matrix of permissions says so
        pair = OBJECTS[route.name](world) if route.parameters else Pair({})
        theirs = [role for role in allowed[route.name] if pair.seen_by is None or role in pair.seen_by]
        for role in theirs[:1]:
            if role not in browsers:
                browsers[role] = world.browser(role)
            broken += _spoilt(browsers[role], route, pair, role)
            tried += 1
    assert tried, "no form of this door was found"
    assert not broken, "\n".join(broken)


def _is_form(route: Route, door: str) -> bool:
    name = route.name.split(":")[0] if ":" in route.name and not route.name.startswith("accounts:") else ""
    shut = route.name in SHUT or route.name in ENDS_THE_SESSION
    return name == door and not shut and not route.is_api and "POST" in route.methods


def _spoilt(browser: Client, route: Route, pair: Pair, role: str) -> Iterator[str]:
    """Post the form of an address in every way; what broke, one sentence each."""
    url = reverse(route.name, kwargs=pair.own)
    right = _fields(browser, url, shown="GET" in route.methods)
    foreign = sorted(str(value) for value in (pair.foreign or {}).values()) or ["0"]
    ways = [*WAYS.values(), lambda _value: foreign[0]]
    # Each time every field is spoilt in another way, and every third is left right, so that more than the
    # first check is met.
    sent = [
        {
            name: value if (place + turn) % 3 == 0 else ways[(place + turn) % len(ways)](value)
            for place, (name, value) in enumerate(right.items())
        }
        for turn in range(0, len(ways), len(ways) // TURNS or 1)
    ]
    sent.append({name: f"{value}\x00" for name, value in right.items()})
    for values in sent:
        status, fault = _posted(browser, url, values)
        if fault or status >= 500:
            yield f"{route.name} as {role}: {status} {fault!r} for {str(values)[:300]}"


def _fields(browser: Client, url: str, *, shown: bool) -> Values:
    """What the page shows, and what the view asks for when it is posted nothing and then that."""
    page = Fields()
    if shown:
        with transaction.atomic():
            answer = browser.get(url)
            transaction.set_rollback(True)
        if answer.status_code == 200 and not answer.streaming:
            page.feed(answer.content.decode())
    values = page.values
    for _round in range(2):
        with _asked_for() as names:
            _posted(browser, url, values)
        values = {**dict.fromkeys(sorted(names - {"csrfmiddlewaretoken"}), "1"), **values}
    return values


def _posted(browser: Client, url: str, values: Values) -> tuple[int, BaseException | None]:
    """Post, and take back whatever it did."""
    browser.raise_request_exception = False
    with transaction.atomic():
        answer = browser.post(url, values)
        if hasattr(answer, "render") and not answer.is_rendered:
            answer.render()
        transaction.set_rollback(True)
    return answer.status_code, answer.exc_info[1] if answer.exc_info else None


@contextmanager
def _asked_for() -> Iterator[set[str]]:
    """The names that a view asks of what was posted, while the block runs."""
    names: set[str] = set()
    with pytest.MonkeyPatch.context() as patch:
        for method in ("get", "getlist", "__getitem__", "__contains__"):
            patch.setattr(QueryDict, method, _listening(getattr(QueryDict, method), names))
        yield names


def _listening(method: Callable[..., Any], names: set[str]) -> Callable[..., Any]:
    def heard(values: QueryDict, name: str, *given: Any) -> Any:
        names.add(str(name))
        return method(values, name, *given)

    return heard

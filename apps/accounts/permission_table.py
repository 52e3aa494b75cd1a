"""The table of who may call what, made from the addresses and the declarations of their views.

    route,method,role,verdict
    desk:enterprises,GET,district_reviewer,allow

It is kept in tests/permissions.csv, so that each new page and each widened right shows in a review;
`manage.py permissions --check` fails where the file and the code differ.
"""

import csv
import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver

from apps.accounts.access import Declared, Openness
from apps.accounts.declared import SHUT
from apps.accounts.middleware import declaration_of
from apps.accounts.roles import PEOPLE

ANONYMOUS = "anonymous"
ROLES = [ANONYMOUS, *sorted(role.value for role in PEOPLE)]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

ALLOW, DENY, SIGN_IN, ABSENT = "allow", "deny", "sign_in", "absent"


class Row(NamedTuple):
    """One line of the table."""

    route: str
    method: str
    role: str
    verdict: str


@dataclass(frozen=True)
class Route:
    """One address with its view; `name` carries the namespaces, or is the pattern where it has none."""

    name: str
    pattern: str
    view: Callable[..., Any]
    parameters: frozenset[str]

    @property
    def is_api(self) -> bool:
        """Whether the view is one of the REST framework, which is called with a token."""
        return hasattr(self.view, "cls")

    @property
    def methods(self) -> list[str]:
        """The methods that the view answers, of those that the table lists."""
        accepted = _accepted(self.view)
        return [method for method in METHODS if method in accepted]

    def declaration(self, method: str) -> Declared | None:
        """Whom the view declares; actions of a REST view set may declare their own."""
        actions = getattr(self.view, "actions", None) or {}
        action = getattr(getattr(self.view, "cls", None), actions.get(method.lower(), ""), None)
        for holder in (action, getattr(self.view, "initkwargs", {}).get("access")):
            found = getattr(holder, "access", holder)
            if isinstance(found, Declared):
                return found
        return declaration_of(self.view, self.name)


def routes() -> list[Route]:
    """Every address of the project, libraries included, by name."""
    return sorted(_walk(get_resolver().url_patterns, (), ""), key=lambda route: (route.name, route.pattern))


def table() -> list[Row]:
    """The table as the code has it now. Raises LookupError for a view that declares nobody."""
    rows = {
        Row(route.name, method, role, _verdict(route, method, role))
        for route in routes()
        for method in route.methods
        for role in ROLES
    }
    return sorted(rows)


def undeclared() -> list[str]:
    """Addresses whose view declares nobody: the middleware refuses them to everybody."""
    return [
        f"{route.name} ({route.pattern})"
        for route in routes()
        if route.name not in SHUT and any(route.declaration(method) is None for method in route.methods)
    ]


def read(path: Path) -> list[Row]:
    """The table as the file has it."""
    with path.open(encoding="utf-8", newline="") as stream:
        return [Row(*(row[column] for column in Row._fields)) for row in csv.DictReader(stream)]


def write(path: Path, rows: Iterable[Row]) -> None:
    """Write the file."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(Row._fields)
        writer.writerows(rows)


def differences(kept: Iterable[Row], now: Iterable[Row]) -> list[str]:
    """What the file and the code disagree about, one sentence each."""
    before = {row[:3]: row.verdict for row in kept}
    after = {row[:3]: row.verdict for row in now}
    found = []
    for key in sorted(before.keys() | after.keys()):
        what = " ".join(key)
        if key not in before:
            found.append(f"{what}: the code says {after[key]}, the file does not list it")
        elif key not in after:
            found.append(f"{what}: the file lists it, there is no such address")
        elif before[key] != after[key]:
            found.append(f"{what}: the file says {before[key]}, the code {after[key]}")
    return found


def _walk(
    patterns: Iterable[URLPattern | URLResolver], namespaces: tuple[str, ...], prefix: str
) -> Iterator[Route]:
    for pattern in patterns:
        text = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from _walk(pattern.url_patterns, inner, text)
        else:
            name = ":".join((*namespaces, pattern.name)) if pattern.name else text
            yield Route(name, text, pattern.callback, frozenset(_parameters(text)))


def _parameters(pattern: str) -> Iterator[str]:
    for part in pattern.replace("(?P<", "<").split("<")[1:]:
        yield part.split(">", 1)[0].rsplit(":", 1)[-1]


def _accepted(view: Callable[..., Any]) -> set[str]:
    """The methods a view answers: a view set's actions, a class's functions, a function's decorator."""
    actions = getattr(view, "actions", None)
    if actions:
        return {method.upper() for method in actions}
    view_class = getattr(view, "cls", None) or getattr(view, "view_class", None)
    if view_class is not None:
        return {method for method in METHODS if hasattr(view_class, method.lower())}
    inner: Any = view
    while inner is not None:
        if inspect.isfunction(inner):
            listed = inspect.getclosurevars(inner).nonlocals.get("request_method_list")
            if listed is not None:
                return {method.upper() for method in listed}
        inner = getattr(inner, "__wrapped__", None)
    return {"GET", "POST"}


def _verdict(route: Route, method: str, role: str) -> str:
    if route.name in SHUT:
        return ABSENT
    declaration = route.declaration(method)
    if declaration is None:
        raise LookupError(f"{route.name} ({route.pattern}) declares nobody who may call it")
    if declaration.openness is Openness.PUBLIC:
        return ALLOW
    if role == ANONYMOUS:
        return SIGN_IN
    if declaration.openness is Openness.SIGNED_IN or role in declaration.roles_for(method):
        return ALLOW
    return DENY

"""What stands in the frame of every page: the side navigation, the bell, and where a role begins.

Each door registers, in its `AppConfig.ready`, a function that returns its sections for a request;
`templates/base.html` draws them. Ground knows no door, so doors come to it.

    from apps.core import navigation

    def sections(request):
        if request.actor is None or not request.actor.is_district:
            return []
        return [
            navigation.Section(
                _("Review"),
                (navigation.Item(_("Plans to review"), reverse("desk:plan_queue"), icon="inbox", count=7),),
            )
        ]

    navigation.register("desk", sections)
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise, SimpleLazyObject

Text = str | Promise


@dataclass(frozen=True)
class Item:
    """One link of the side navigation.

    `current` None lets the address decide: the item whose address is the longest prefix of the
    page's own is marked. `icon` names a symbol of static/icons/sprite.svg; `tone` "bad" paints
    the count red (something is overdue).
    """

    label: Text
    url: str
    count: int | None = None
    icon: str = ""
    tone: str = ""
    current: bool | None = None


@dataclass(frozen=True)
class Section:
    """Links that belong together under one heading; an empty label draws none."""

    label: Text
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Bell:
    """Unread notices of who is signed in, and the page that lists them."""

    count: int
    url: str


SectionsOf = Callable[[HttpRequest], Iterable[Section]]
BellOf = Callable[[HttpRequest], Bell | None]
StartOf = Callable[[HttpRequest], str | None]

_doors: dict[str, SectionsOf] = {}
_bells: dict[str, BellOf] = {}
_starts: dict[str, StartOf] = {}


def register(door: str, sections: SectionsOf) -> None:
    """Let `door` contribute sections; they stand in the order of registration, again replaces."""
    _doors[door] = sections


def register_bell(name: str, bell: BellOf) -> None:
    """Let `name` tell how many notices are unread; the first that answers is shown."""
    _bells[name] = bell


def register_start(door: str, start: StartOf) -> None:
    """Let `door` say where somebody begins after signing in; None where the role is not the door's."""
    _starts[door] = start


def start_for(request: HttpRequest) -> str | None:
    """Return the address at which who is signed in begins, or None."""
    return next((url for url in (of(request) for of in _starts.values()) if url), None)


def sections_for(request: HttpRequest) -> list[Section]:
    """Return every door's sections for this request with the current item marked."""
    found = [section for of in _doors.values() for section in of(request) if section.items]
    return mark_current(found, request.path)


def bell_for(request: HttpRequest) -> Bell | None:
    """Return the bell of the first registrant that has one for this request."""
    return next((bell for bell in (of(request) for of in _bells.values()) if bell is not None), None)


def mark_current(sections: list[Section], path: str) -> list[Section]:
    """Return the sections with exactly the best matching item current, unless a door chose one."""
    items = [item for section in sections for item in section.items]
    chosen = [item.url for item in items if item.current]
    if not chosen:
        under = [item.url for item in items if item.current is None and _covers(item.url, path)]
        chosen = [max(under, key=len)] if under else []
    return [
        replace(section, items=tuple(replace(item, current=item.url in chosen) for item in section.items))
        for section in sections
    ]


def _covers(url: str, path: str) -> bool:
    """Tell whether the page at `path` lies at or below `url` (the query string does not count)."""
    base = url.split("?", maxsplit=1)[0]
    return path == base or (base != "/" and base.endswith("/") and path.startswith(base))


def context(request: HttpRequest) -> dict[str, Any]:
    """Context processor; lazy, so that a fragment without the frame asks nothing.

    A request that was refused before anybody looked who acts has no actor yet: its page has no navigation.
    """
    if not hasattr(request, "actor"):
        return {"navigation": [], "bell": None}
    return {
        "navigation": SimpleLazyObject(lambda: sections_for(request)),
        "bell": SimpleLazyObject(lambda: bell_for(request)),
    }

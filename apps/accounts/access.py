"""Who may call a view: declared on the view itself, enforced before it runs.

    @access(Role.DISTRICT_REVIEWER, Role.CITY_OFFICER)
    def queue(request): ...

    @access(Role.CITY_OFFICER, Role.AUDITOR, write=[Role.CITY_OFFICER])   # GET for both, POST for one
    @access.public
    @access.signed_in

    class Queue(View):
        access = declared(Role.DISTRICT_REVIEWER)       # or declared.public, declared.signed_in

`DefaultDenyMiddleware` refuses whatever has no declaration, so a forgotten one shows as a refusal and
never as an open page. What a role may see *within* a view is each model's `visible_to`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from functools import wraps
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.accounts.scopes import NOTHING, scope_q
from apps.core import clock

__all__ = [
    "NOTHING",
    "Declared",
    "access",
    "declared",
    "money_confirmation_required",
    "money_confirmed",
    "scope_q",
]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CONFIRMED_AT = "money_confirmed_at"
View = TypeVar("View", bound=Callable[..., Any])


class Openness(Enum):
    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    ROLES = "roles"


@dataclass(frozen=True)
class Declared:
    """One declaration: open to all, to whoever is signed in, or to roles (fewer of them for writing)."""

    openness: Openness
    roles: frozenset[Role] = field(default_factory=frozenset)
    writers: frozenset[Role] | None = None

    def roles_for(self, method: str) -> frozenset[Role]:
        """The roles that may use an HTTP method."""
        if method in SAFE_METHODS or self.writers is None:
            return self.roles
        return self.writers

    def admits(self, actor: Actor | None, method: str) -> bool:
        """Whether this actor may use the method; being signed in is for the middleware to see."""
        if self.openness is not Openness.ROLES:
            return True
        return actor is not None and actor.role in self.roles_for(method)

    def __call__(self, view: View) -> View:
        view.access = self  # type: ignore[attr-defined]
        return view


class _Access:
    """`access(...)`, `access.public` and `access.signed_in`; `declared` is the same for class attributes."""

    public = Declared(Openness.PUBLIC)
    signed_in = Declared(Openness.SIGNED_IN)

    def __call__(self, *roles: Role, write: Iterable[Role] | None = None) -> Declared:
        if not roles:
            raise TypeError("access() needs a role; use access.signed_in or access.public to mean everybody")
        writers = None if write is None else frozenset(write)
        return Declared(Openness.ROLES, frozenset(roles) | (writers or frozenset()), writers)


access = _Access()
declared = access


def money_confirmed(request: HttpRequest) -> bool:
    """Whether who is signed in repeated their password (and code) within MONEY_CONFIRMATION_SECONDS."""
    at = request.session.get(CONFIRMED_AT)
    return at is not None and 0 <= clock.now().timestamp() - at <= settings.MONEY_CONFIRMATION_SECONDS


def money_confirmation_required(view: View) -> View:
    """Send a request that moves money to the confirmation page first, and back with what was sent."""

    @wraps(view)
    def confirmed_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method in SAFE_METHODS or money_confirmed(request):
            return view(request, *args, **kwargs)
        from apps.accounts import confirmation

        return confirmation.ask(request)

    confirmed_view.asks_for_confirmation = True  # type: ignore[attr-defined]
    return confirmed_view  # type: ignore[return-value]

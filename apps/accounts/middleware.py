"""Who acts in this request, and whether the view may be called at all."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from apps.accounts.access import Declared, Openness
from apps.accounts.actors import Actor
from apps.accounts.declared import SHUT, THIRD_PARTY
from apps.accounts.enums import AccessAction
from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.accounts.sentences import ABSOLUTE, IDLE
from apps.core import clock, rls
from apps.core.errors import Forbidden, NotFound
from apps.core.middleware import refusal_response

MEMBERSHIP_KEY = "membership_id"
SIGNED_IN_AT = "signed_in_at"
SEEN_AT = "seen_at"
# The moment of the last request is written at most this often, so that reading pages writes little.
SEEN_EVERY_SECONDS = 60
# What somebody may still reach who has to choose a new password first.
BEFORE_NEW_PASSWORD = frozenset({"account_change_password", "account_logout", "set_language", "healthz"})


def actor_of(membership: Membership, *, token_scopes: frozenset[str] | None = None) -> Actor:
    """The actor that a membership makes; read afresh for every request."""
    return Actor(
        role=Role(membership.role),
        user_id=membership.user_id,
        person_id=membership.person_id,
        membership_id=membership.pk,
        organisation_id=membership.organisation_id,
        district_code=membership.district_id,
        name=membership.user.person.name,
        token_scopes=token_scopes,
    )


def shown_to(actor: Actor | None) -> str:
    """The scope of row-level security in which this actor works: one district, the city, or nothing.

    Who is bound to a district gets that district, whatever the role. The public and administrators have no
    business with cases. For the others, who act for the city or for an organisation that may have cases in
    several districts, `visible_to` decides alone.
    """
    if actor is None or actor.is_administrator:
        return rls.NOTHING
    return actor.district_code or rls.WHOLE_CITY


class ActorMiddleware:
    """Sets `request.actor`, `request.membership` and `request.memberships`; ends sessions that are over.

    What follows runs in the actor's scope of row-level security (`shown_to`), and no longer than that.

    Memberships are read at each request, so a right that was taken away ends with the next one. A
    session ends after SESSION_IDLE_SECONDS without a request and SESSION_COOKIE_AGE after signing in.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = None
        request.membership = None
        request.memberships = []
        request.session_ended = ""
        # No session cookie means nobody: the page then neither reads nor varies by a session.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            self._end_what_is_over(request)
            if request.user.is_authenticated:
                self._take_role(request)
        with rls.within(shown_to(request.actor)):
            return self.get_response(request)

    def _end_what_is_over(self, request: HttpRequest) -> None:
        now = int(clock.now().timestamp())
        signed_in = request.session.get(SIGNED_IN_AT, 0)
        seen = request.session.get(SEEN_AT, 0)
        reason = ""
        user: Any = request.user
        if now - signed_in > settings.SESSION_COOKIE_AGE:
            reason = "absolute"
        elif now - seen > settings.SESSION_IDLE_SECONDS:
            reason = "idle"
        if reason:
            from apps.accounts.services import log_for_user

            why = (ABSOLUTE if reason == "absolute" else IDLE).say()
            log_for_user(user, AccessAction.SESSION_EXPIRED, reason=why, request=request)
            request.silent_sign_out = True
            logout(request)
            request.session_ended = reason
        elif now - seen >= SEEN_EVERY_SECONDS:
            request.session[SEEN_AT] = now

    def _take_role(self, request: HttpRequest) -> None:
        found = list(
            Membership.objects.in_force(clock.today())
            .filter(user=request.user.pk)
            .select_related("organisation", "district")
            .order_by("id")
        )
        # All are of the same person: read once by key, a join would have a planner look through the people.
        user: Any = request.user
        for own in found:
            own.user = user
        chosen = request.session.get(MEMBERSHIP_KEY)
        membership = next((m for m in found if m.pk == chosen), found[0] if found else None)
        request.memberships = found
        request.membership = membership
        request.actor = actor_of(membership) if membership else None
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(user.preferred_language)
            request.LANGUAGE_CODE = translation.get_language()


class DefaultDenyMiddleware:
    """Refuses a view that declares nobody; sends strangers to sign in; refuses other roles and logs it.

    Views of the REST interface are only held to declare themselves: their authentication happens later,
    in `apps.api.permissions`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        name = match.view_name if match else ""
        if name in SHUT:
            return refusal_response(request, NotFound(_("This page does not exist.")))
        declaration = declaration_of(view, name)
        if declaration is None:
            return refusal_response(
                request, Forbidden(_("Nobody has been given this page."), code="undeclared")
            )
        if hasattr(view, "cls"):
            return None
        return self._refusal(request, declaration, name)

    def _refusal(self, request: HttpRequest, declaration: Declared, name: str) -> HttpResponseBase | None:
        user: Any = request.user
        signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES and user.is_authenticated
        if signed_in and name not in BEFORE_NEW_PASSWORD and user.must_choose_password(clock.now()):
            return _redirected(request, redirect("account_change_password"))
        if declaration.openness is Openness.PUBLIC:
            return None
        if not signed_in:
            return _redirected(request, _to_sign_in(request))
        if declaration.admits(request.actor, request.method or "GET"):
            return None
        from apps.accounts.services import log_refused

        log_refused(request, name)
        return refusal_response(request, Forbidden(_wrong_role(request)))


def declaration_of(view: Callable[..., Any], route_name: str) -> Declared | None:
    """The declaration on the function, its class or its REST class; for libraries the one by route name."""
    for holder in (view, getattr(view, "view_class", None), getattr(view, "cls", None)):
        found = getattr(holder, "access", None)
        if isinstance(found, Declared):
            return found
    return THIRD_PARTY.get(route_name)


def _wrong_role(request: HttpRequest) -> str:
    if request.actor is None:
        return _("Your account has no role at present. Ask the system administrator.")
    if len(request.memberships) > 1:
        return _("Your present role may not open this page. Switch to another of your roles, or go back.")
    return _("Your role may not open this page. Go back to your own pages.")


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    # After signing in a POST cannot be repeated by following a link: go back to where it was pressed.
    target = request.get_full_path() if request.method == "GET" else resolve_url(settings.LOGIN_REDIRECT_URL)
    response = redirect_to_login(target, reverse("account_login"))
    if request.session_ended:
        response["Location"] += f"&ended={request.session_ended}"
    return response


def _redirected(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The same redirect for a fragment: htmx would put the login page into the middle of the page."""
    if not getattr(request, "htmx", False):
        return response
    whole = HttpResponse(status=204)
    whole["HX-Redirect"] = response["Location"]
    return whole

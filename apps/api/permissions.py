"""A token may what its role may, within the scopes that it was issued for."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from apps.accounts.access import Declared, Openness

READ, WRITE = "read", "write"


class DeclaredAccess(BasePermission):
    """Holds a view to its `access` (roles) and its `scope`: `plans` asks for `plans:read` or `plans:write`.

    A token with the bare scope (`plans`) may read and write.
    """

    message = _("Your role or the scopes of your token do not allow this.")

    def has_permission(self, request: Request, view: Any) -> bool:
        declared = declared_by(view)
        if declared is None:
            return False
        if declared.openness is Openness.PUBLIC:
            return True
        actor = getattr(request._request, "actor", None)
        if request.auth is None or actor is None or not declared.admits(actor, request.method or "GET"):
            return False
        return allows(actor.token_scopes or frozenset(), view.scope, request.method or "GET")


def declared_by(view: Any) -> Declared | None:
    """The declaration of the action, where it has its own, or of the view."""
    action = getattr(view, getattr(view, "action", None) or "", None)
    found: Declared | None = getattr(action, "access", None) or getattr(view, "access", None)
    return found


def allows(scopes: frozenset[str], area: str, method: str) -> bool:
    """Whether the scopes of a token cover a method in an area."""
    return area in scopes or f"{area}:{READ if method in SAFE_METHODS else WRITE}" in scopes

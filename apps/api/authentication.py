"""Programs come with a token of one membership: `Authorization: Bearer shitu_…`."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from apps.accounts.middleware import actor_of, shown_to
from apps.accounts.models import ApiToken, User
from apps.accounts.services import authenticate_token
from apps.core import rls

SCHEME = "Bearer"


class TokenAuthentication(BaseAuthentication):
    """Reads the token at each request, so that a revoked one ends at once; sets `request.actor`."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != SCHEME.lower().encode():
            return None
        try:
            secret = parts[1].decode("ascii") if len(parts) == 2 else ""
        except UnicodeDecodeError:
            secret = ""
        token = authenticate_token(secret)
        if token is None:
            raise AuthenticationFailed(_("This token is not valid: it may have expired or been revoked."))
        actor = actor_of(token.membership, token_scopes=frozenset(token.scopes))
        request._request.actor = actor
        # ActorMiddleware, which encloses every request, puts it back.
        rls.take(shown_to(actor))
        return token.membership.user, token

    def authenticate_header(self, _request: Request) -> str:
        return SCHEME


class TokenScheme(OpenApiAuthenticationExtension):
    """How the OpenAPI document describes the token."""

    target_class = "apps.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, _auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A token of one role of one person."}

"""How the login library behaves here: nobody signs up, administrators open accounts."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedSignupAdapter(DefaultAccountAdapter):
    """Shuts sign-up and sends people to the page of their role after signing in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - the library's signature
        return False

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """User names are given by administrators and never changed by the library."""

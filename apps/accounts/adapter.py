"""How the login library behaves here: nobody signs up, administrators open accounts."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from apps.accounts.enums import AccessAction
from apps.accounts.models import User
from apps.accounts.services import log_for_user
from apps.core import clock


class ClosedSignupAdapter(DefaultAccountAdapter):
    """Shuts sign-up, and keeps what a change of password means here."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - the library's signature
        return False

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """User names are given by administrators and never changed by the library."""

    def clean_password(self, password: str, user: User | None = None) -> str:
        """Beside the validators: a change has to change something."""
        cleaned = super().clean_password(password, user)
        if user is not None and user.pk and user.check_password(cleaned):
            raise ValidationError(_("This is your present password. Choose another."), code="same_password")
        return str(cleaned)

    @transaction.atomic
    def set_password(self, user: User, password: str) -> None:
        """Store the new password and lift what asked for it; other sessions of the account end with it."""
        user.set_password(password)
        user.must_change_password = False
        user.password_changed_at = clock.now()
        user.save(update_fields=["password", "must_change_password", "password_changed_at"])
        log_for_user(user, AccessAction.PASSWORD_CHANGED, request=self.request)

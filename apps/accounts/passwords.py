"""The rule on characters that GB/T 22239 level 3 asks of a password; docs/security.md says why."""

from typing import Any

from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    UserAttributeSimilarityValidator,
)
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

CLASSES_MIN = 3


class CharacterClassesValidator:
    """Asks for three of: small letters, capitals, digits, other characters."""

    def __init__(self, minimum: int = CLASSES_MIN) -> None:
        self.minimum = minimum

    def validate(self, password: str, user: Any = None) -> None:  # noqa: ARG002 - Django's signature
        """Raise ValidationError `password_too_plain` for a password of too few kinds of characters."""
        kinds = {
            "small" if c.islower() else "capital" if c.isupper() else "digit" if c.isdigit() else "other"
            for c in password
        }
        if len(kinds) < self.minimum:
            raise ValidationError(self.get_help_text(), code="password_too_plain")

    def get_help_text(self) -> str:
        return _(
            "Use at least %(minimum)d of these four: small letters, capital letters, digits, other signs."
        ) % {"minimum": self.minimum}


class SimilarityValidator(UserAttributeSimilarityValidator):
    """Django's, in words that do not say 你 to an official."""

    def get_help_text(self) -> str:
        return _("The password must not resemble the user name, the name or the e-mail.")


class LengthValidator(MinimumLengthValidator):
    """Django's, in our words."""

    def get_help_text(self) -> str:
        return _("The password has at least %(count)d characters.") % {"count": self.min_length}


class CommonValidator(CommonPasswordValidator):
    """Django's, in our words."""

    def get_help_text(self) -> str:
        return _("A password that many people use is not taken.")

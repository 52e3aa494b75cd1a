"""What the access log tells: actions that touch accounts, rights and the data of others."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class AccessAction(models.TextChoices):
    SIGNED_IN = "signed_in", _("Signed in")
    SIGN_IN_FAILED = "sign_in_failed", _("Sign-in failed")
    LOCKED_OUT = "locked_out", _("Locked out after failures")
    SIGNED_OUT = "signed_out", _("Signed out")
    SESSION_EXPIRED = "session_expired", _("Session expired")
    ROLE_SWITCHED = "role_switched", _("Switched role")
    CONFIRMED = "confirmed", _("Confirmed before releasing money")
    CONFIRMATION_FAILED = "confirmation_failed", _("Confirmation failed")
    REFUSED = "refused", _("Was refused a page")
    UNMASKED = "unmasked", _("Looked at an unmasked value")
    EXPORTED = "exported", _("Exported data")
    FILE_OPENED = "file_opened", _("Opened a file")
    PERSON_REGISTERED = "person_registered", _("Registered a person")
    ORGANISATION_CREATED = "organisation_created", _("Created an organisation")
    ORGANISATION_CHANGED = "organisation_changed", _("Changed an organisation")
    ACCOUNT_CREATED = "account_created", _("Created an account")
    ACCOUNT_DISABLED = "account_disabled", _("Disabled an account")
    ACCOUNT_ENABLED = "account_enabled", _("Enabled an account")
    ACCOUNT_UNLOCKED = "account_unlocked", _("Unlocked an account")
    PASSWORD_RESET = "password_reset", _("Reset a password")
    PASSWORD_CHANGED = "password_changed", _("Changed the password")
    SECOND_FACTOR_CHANGED = "second_factor_changed", _("Changed the second factor")
    MEMBERSHIP_PROPOSED = "membership_proposed", _("Proposed a membership")
    MEMBERSHIP_APPROVED = "membership_approved", _("Approved a membership")
    MEMBERSHIP_REFUSED = "membership_refused", _("Refused a membership")
    MEMBERSHIP_ENDED = "membership_ended", _("Ended a membership")
    TOKEN_ISSUED = "token_issued", _("Issued an API token")
    TOKEN_REVOKED = "token_revoked", _("Revoked an API token")
    BANK_ACCOUNT_ADDED = "bank_account_added", _("Entered a bank account")
    BANK_ACCOUNT_CONFIRMED = "bank_account_confirmed", _("Confirmed a bank account")
    BANK_ACCOUNT_RETIRED = "bank_account_retired", _("Retired a bank account")
    STANDING_CHANGED = "standing_changed", _("Changed a standing")
    RECORD_CHANGED = "record_changed", _("Changed a record")


class TokenArea(models.TextChoices):
    """The parts of the REST interface that a token may be limited to.

    A token's scope is an area alone (read and write) or with one side: `plans:read`.
    """

    PLANS = "plans", _("Training plans")
    CLASSES = "classes", _("Classes and apprentices")
    TRAINING = "training", _("Training and results")
    CLAIMS = "claims", _("Claims")
    PAYMENTS = "payments", _("Payments and recovery")


def token_scope_choices() -> list[tuple[str, str]]:
    """Every scope that a token can be issued with."""
    return [
        choice
        for area in TokenArea
        for choice in (
            (f"{area.value}:read", _("%(area)s: read") % {"area": area.label}),
            (area.value, _("%(area)s: read and write") % {"area": area.label}),
        )
    ]


def is_token_scope(scope: str) -> bool:
    """Whether a scope names an area, alone or with one side."""
    area, _colon, side = scope.partition(":")
    return area in TokenArea.values and side in ("", "read", "write")


_registered: dict[str, str | Promise] = {}


def register_action(code: str, label: str | Promise) -> None:
    """Let an app above this one log an action of its own with a label that can be read."""
    _registered[code] = label


def action_choices() -> list[tuple[str, str]]:
    """Every known action with its label, for filters."""
    known = [*AccessAction.choices, *sorted(_registered.items())]
    return [(code, str(label)) for code, label in known]


def action_label(code: str) -> str:
    """The label of an action, or its code where nobody registered one."""
    return str(dict(action_choices()).get(code, code))

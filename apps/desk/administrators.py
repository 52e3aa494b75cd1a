"""What the side navigation offers the three administrators, and where each of them begins."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Membership
from apps.accounts.models.membership import MembershipState
from apps.accounts.roles import Role
from apps.core import navigation
from apps.core.models import Job, JobState

_STARTS = {
    Role.SYSTEM_ADMIN: "desk:admin_accounts",
    Role.SECURITY_ADMIN: "desk:admin_memberships",
    Role.AUDIT_ADMIN: "desk:admin_access_log",
}


def sections(request: HttpRequest) -> Iterable[navigation.Section]:
    """The pages of the administrator who is signed in; none for anybody else."""
    actor = request.actor
    if actor is None or not actor.is_administrator:
        return []
    return [navigation.Section(_("Administration"), _ITEMS[actor.role]())]


def start(request: HttpRequest) -> str | None:
    """Where an administrator's work begins."""
    actor = request.actor
    return reverse(_STARTS[actor.role]) if actor is not None and actor.role in _STARTS else None


def _system() -> tuple[navigation.Item, ...]:
    given_up = Job.objects.filter(state=JobState.DEAD).count()
    return (
        navigation.Item(_("User accounts"), reverse("desk:admin_accounts"), icon="people"),
        navigation.Item(_("Organisations"), reverse("desk:admin_organisations"), icon="building"),
        navigation.Item(
            _("Background work"), reverse("desk:admin_jobs"), icon="gear", count=given_up or None, tone="bad"
        ),
    )


def _security() -> tuple[navigation.Item, ...]:
    waiting = Membership.objects.filter(state=MembershipState.PROPOSED).count()
    return (
        navigation.Item(
            _("Roles and rights"), reverse("desk:admin_memberships"), icon="shield", count=waiting or None
        ),
        navigation.Item(_("API tokens"), reverse("desk:admin_tokens"), icon="lock"),
    )


def _audit() -> tuple[navigation.Item, ...]:
    return (navigation.Item(_("Access log"), reverse("desk:admin_access_log"), icon="eye"),)


_ITEMS = {Role.SYSTEM_ADMIN: _system, Role.SECURITY_ADMIN: _security, Role.AUDIT_ADMIN: _audit}
navigation.register("administrators", sections)
navigation.register_start("administrators", start)

"""The demo city: one click signs in as any role. Shut wherever settings.DEMO_CITY is off."""

from dataclasses import dataclass

from django.conf import settings

from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.core import clock


@dataclass(frozen=True)
class DemoRole:
    """A role that the sign-in page offers with one button."""

    membership_id: int
    role: Role
    role_label: str
    scope_label: str
    person_name: str
    username: str
    demo_label: str


def demo_roles() -> list[DemoRole]:
    """The memberships that carry a demo label, in the order of the process; none outside the demo city."""
    if not settings.DEMO_CITY:
        return []
    order = {role.value: place for place, role in enumerate(Role)}
    found = (
        Membership.objects.in_force(clock.today())
        .exclude(demo_label="")
        .select_related("organisation", "district", "user__person")
        .order_by("id")
    )
    return [
        DemoRole(
            membership_id=membership.pk,
            role=Role(membership.role),
            role_label=str(Role(membership.role).label),
            scope_label=membership.scope_label,
            person_name=membership.user.person.name,
            username=membership.user.username,
            demo_label=membership.demo_label,
        )
        for membership in sorted(found, key=lambda m: (order[m.role], m.pk))
    ]

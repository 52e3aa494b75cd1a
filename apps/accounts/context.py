"""What every page knows about who is acting."""

from typing import Any

from django.http import HttpRequest

from apps.accounts.demo import demo_roles
from apps.accounts.models import Membership
from apps.core import clock


def actor(request: HttpRequest) -> dict[str, Any]:
    """Give templates `actor` and, lazily, `memberships` (what the account could switch to)
    and `demo_roles` (what the sign-in page of the demo city offers)."""

    def memberships() -> list[Membership]:
        found = getattr(request, "memberships", None)
        if found is not None:
            return found
        user = getattr(request, "user", None)
        if user is None or not user.is_authenticated:
            return []
        in_force = Membership.objects.in_force(clock.today()).filter(user=user)
        return list(in_force.select_related("organisation", "district").order_by("id"))

    return {
        "actor": getattr(request, "actor", None),
        "memberships": memberships,
        "demo_roles": demo_roles,
    }

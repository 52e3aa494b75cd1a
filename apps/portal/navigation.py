"""What the side navigation offers those who apply. Each slice adds its function to PARTS."""

from collections.abc import Callable, Iterable, Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.roles import APPLICANTS
from apps.core import navigation
from apps.plans import selectors as plans

Part = Callable[[HttpRequest], Iterable[navigation.Item]]


def plan_items(request: HttpRequest) -> Iterator[navigation.Item]:
    """Training plans, with how many wait for the reader."""
    actor = request.actor
    if actor.is_enterprise or actor.is_institution or actor.is_superior:
        waiting = plans.count_waiting(actor)
        yield navigation.Item(_("Training plans"), reverse("portal:plan_list"), count=waiting, icon="book")


def profile_items(request: HttpRequest) -> Iterator[navigation.Item]:
    """The record of the own enterprise or institution, with its bank account."""
    if request.actor.is_enterprise or request.actor.is_institution:
        yield navigation.Item(_("Our record"), reverse("portal:profile"), icon="building")


PARTS: list[Part] = [plan_items, profile_items]


def sections(request: HttpRequest) -> list[navigation.Section]:
    """One section with what the applicant's role works on; none for anybody else."""
    if request.actor is None or request.actor.role not in APPLICANTS:
        return []
    items = tuple(item for part in PARTS for item in part(request))
    return [navigation.Section(_("Applications"), items)]


navigation.register("portal", sections)

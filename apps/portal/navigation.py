"""What the side navigation offers those who apply. Each slice adds its function to PARTS."""

from collections.abc import Callable, Iterable, Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.roles import APPLICANTS
from apps.apprentices import selectors as classes
from apps.casework.models import Notice
from apps.core import navigation
from apps.plans import selectors as plans

Part = Callable[[HttpRequest], Iterable[navigation.Item]]


def todo_items(request: HttpRequest) -> Iterator[navigation.Item]:
    """What waits, of every kind."""
    actor = request.actor
    if actor.is_enterprise or actor.is_institution or actor.is_superior:
        current = request.path == reverse("portal:home")
        yield navigation.Item(_("To do"), reverse("portal:home"), icon="inbox", current=current)


def plan_items(request: HttpRequest) -> Iterator[navigation.Item]:
    """Training plans, with how many wait for the reader."""
    actor = request.actor
    if actor.is_enterprise or actor.is_institution or actor.is_superior:
        waiting = plans.count_waiting(actor)
        yield navigation.Item(_("Training plans"), reverse("portal:plan_list"), count=waiting, icon="book")


def class_items(request: HttpRequest) -> Iterator[navigation.Item]:
    """Classes, with how many wait for the reader."""
    actor = request.actor
    if actor.is_enterprise or actor.is_institution or actor.is_superior:
        waiting = classes.count_waiting(actor)
        yield navigation.Item(_("Classes"), reverse("portal:class_list"), count=waiting, icon="people")


def training_items(request: HttpRequest) -> Iterator[navigation.Item]:
    """Hours, credits and results of the classes in training."""
    actor = request.actor
    if actor.is_enterprise or actor.is_institution or actor.is_superior:
        yield navigation.Item(_("Training and results"), reverse("portal:training_list"), icon="certificate")


def own_items(request: HttpRequest) -> Iterator[navigation.Item]:
    """An apprentice's own record."""
    if request.actor.is_apprentice:
        yield navigation.Item(_("My training"), reverse("portal:me"), icon="user")


def register_items(request: HttpRequest) -> Iterator[navigation.Item]:
    """The enterprises and institutions under a superior unit."""
    if request.actor.is_superior:
        yield navigation.Item(_("Our enterprises"), reverse("desk:enterprises"), icon="building")


def profile_items(request: HttpRequest) -> Iterator[navigation.Item]:
    """The record of the own enterprise or institution, with its bank account."""
    if request.actor.is_enterprise or request.actor.is_institution:
        yield navigation.Item(_("Our record"), reverse("portal:profile"), icon="building")


def claim_items(request: HttpRequest) -> Iterator[navigation.Item]:
    """Claims of the enterprise."""
    actor = request.actor
    if actor.is_enterprise or actor.is_institution or actor.is_superior:
        yield navigation.Item(_("Claims"), reverse("portal:claim_list"), icon="money")


def notice_items(request: HttpRequest) -> Iterator[navigation.Item]:  # noqa: ARG001 - as every part
    """What happened to one's files."""
    yield navigation.Item(_("Notices"), reverse("portal:notice_list"), icon="bell")


PARTS: list[Part] = [
    todo_items,
    plan_items,
    class_items,
    training_items,
    claim_items,
    own_items,
    register_items,
    profile_items,
    notice_items,
]


def sections(request: HttpRequest) -> list[navigation.Section]:
    """One section with what the applicant's role works on; none for anybody else."""
    if request.actor is None or request.actor.role not in APPLICANTS:
        return []
    items = tuple(item for part in PARTS for item in part(request))
    return [navigation.Section(_("Applications"), items)]


navigation.register("portal", sections)


def start(request: HttpRequest) -> str | None:
    """Where an applicant begins: with what is to be done; an apprentice on the own page."""
    actor = request.actor
    if actor is None or actor.role not in APPLICANTS:
        return None
    return reverse("portal:me") if actor.is_apprentice else reverse("portal:home")


def bell(request: HttpRequest) -> navigation.Bell | None:
    """The unread notices of an applicant."""
    if request.actor is None or request.actor.role not in APPLICANTS:
        return None
    unread = Notice.objects.visible_to(request.actor).filter(read_at=None).count()
    return navigation.Bell(unread, reverse("portal:notice_list"))


navigation.register_start("portal", start)
navigation.register_bell("portal", bell)

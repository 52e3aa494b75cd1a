"""What the side navigation offers officials. Each slice adds its function to PARTS."""

from collections.abc import Callable, Iterable, Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.roles import OFFICIALS, READERS, Role
from apps.casework.models import Notice
from apps.core import navigation

MONEY_READERS = (Role.FINANCE_OFFICER, Role.DISTRICT_SUPERVISOR, Role.CITY_OFFICER, Role.AUDITOR)
BOOK_READERS = (Role.FINANCE_OFFICER, Role.CITY_OFFICER, Role.AUDITOR)
Part = Callable[[HttpRequest], Iterable[navigation.Item]]


def queue_items(request: HttpRequest) -> Iterator[navigation.Item]:  # noqa: ARG001 - as every part
    """The files that wait."""
    yield navigation.Item(_("Files waiting for you"), reverse("desk:queue"), icon="inbox")


def plan_items(request: HttpRequest) -> Iterator[navigation.Item]:
    """The register of plans; the city's consolidation."""
    yield navigation.Item(_("Training plans"), reverse("desk:plan_list"), icon="book")
    if request.actor.is_city:
        yield navigation.Item(_("Consolidation"), reverse("desk:consolidation_list"), icon="list")


def class_items(request: HttpRequest) -> Iterator[navigation.Item]:  # noqa: ARG001 - as every part
    """Classes and the enrolment records in them."""
    yield navigation.Item(_("Classes"), reverse("desk:class_list"), icon="people")
    yield navigation.Item(_("Enrolment records"), reverse("desk:enrolment_list"), icon="user")


def register_items(request: HttpRequest) -> Iterator[navigation.Item]:  # noqa: ARG001 - as every part
    """The enterprises and institutions of the office."""
    yield navigation.Item(_("Enterprises"), reverse("desk:enterprises"), icon="building")
    yield navigation.Item(_("Training institutions"), reverse("desk:institutions"), icon="school")


def catalogue_items(request: HttpRequest) -> Iterator[navigation.Item]:  # noqa: ARG001 - as every part
    """The lists and figures that decide on money."""
    yield navigation.Item(_("Catalogues"), reverse("desk:catalogues"), icon="list")


def claim_items(request: HttpRequest) -> Iterator[navigation.Item]:
    """The register of claims, and of objections to what was published of them."""
    yield navigation.Item(_("Claims"), reverse("desk:claim_list"), icon="money")
    if request.actor.role != Role.OBSERVER:
        yield navigation.Item(_("Objections"), reverse("desk:objection_list"), icon="alert")


def money_items(request: HttpRequest) -> Iterator[navigation.Item]:
    """Payments, recoveries and budgets, for whoever answers for them."""
    if request.actor.role in MONEY_READERS:
        yield navigation.Item(_("Payments"), reverse("desk:payment_list"), icon="stamp")
        yield navigation.Item(_("Payment batches"), reverse("desk:batch_list"), icon="file")
        yield navigation.Item(_("Failed payments"), reverse("desk:payment_failures"), icon="alert")
        yield navigation.Item(_("Bank statements"), reverse("desk:statement_list"), icon="list")
        yield navigation.Item(_("Reconciliation"), reverse("desk:reconciliation"), icon="check")
        yield navigation.Item(_("Recoveries"), reverse("desk:recovery_list"), icon="undo")
        yield navigation.Item(_("Budgets"), reverse("desk:budgets"), icon="calculator")
    if request.actor.role in BOOK_READERS:
        yield navigation.Item(_("Books"), reverse("desk:ledger_chart"), icon="book")


def dashboard_items(request: HttpRequest) -> Iterator[navigation.Item]:
    """The figures of the district or the city."""
    if request.actor.role != Role.OBSERVER:
        yield navigation.Item(_("Dashboard"), reverse("desk:dashboard"), icon="chart")


PARTS: list[Part] = [
    queue_items,
    plan_items,
    class_items,
    register_items,
    claim_items,
    money_items,
    catalogue_items,
    dashboard_items,
]
READER_PARTS: list[Part] = [
    plan_items,
    class_items,
    register_items,
    claim_items,
    money_items,
    catalogue_items,
    dashboard_items,
]


def sections(request: HttpRequest) -> list[navigation.Section]:
    """One section with what the official's role works on; none for anybody else."""
    if request.actor is None or request.actor.role not in OFFICIALS | READERS:
        return []
    parts = PARTS if request.actor.role in OFFICIALS else READER_PARTS
    items = tuple(item for part in parts for item in part(request))
    return [navigation.Section(_("Office"), items)]


navigation.register("desk", sections)


def start(request: HttpRequest) -> str | None:
    """Where an official, an auditor or an observer begins."""
    actor = request.actor
    if actor is None:
        return None
    if actor.role in OFFICIALS:
        return reverse("desk:queue")
    return reverse("desk:claim_list") if actor.role in READERS else None


def bell(request: HttpRequest) -> navigation.Bell | None:
    """The unread notices of an official."""
    if request.actor is None or request.actor.role not in OFFICIALS | READERS:
        return None
    unread = Notice.objects.visible_to(request.actor).filter(read_at=None).count()
    return navigation.Bell(unread, reverse("desk:notice_list"))


navigation.register_start("desk", start)
navigation.register_bell("desk", bell)

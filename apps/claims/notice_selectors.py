"""Reads of public notices and objections: for everybody what runs, for the office what it may see."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from apps.accounts.actors import Actor
from apps.accounts.models import District
from apps.casework.models import Decision
from apps.claims.enums import ObjectionState
from apps.claims.models import Claim, NoticeLine, Objection, PublicNotice
from apps.claims.publicity import held_lines, standing_notice
from apps.core import rls
from apps.core.clock import BEIJING

_SHOWN = ("enterprise__organisation", "institution__organisation", "district", "policy_document")


@dataclass(frozen=True)
class Receipt:
    """What the holder of a receipt number is told: how far the objection is, and how it was decided."""

    number: str
    state: str
    state_label: str
    received_on: date
    notice_number: str
    position: int
    decided_on: date | None
    answer: str
    # It had been decided, and is examined once more; `answer` says why.
    anew: bool


def running_notices(on: date, *, text: str = "", district: str = "") -> QuerySet[PublicNotice]:
    """The notices that everybody may read on a day. To be evaluated in `rls.whole_city()`."""
    rows = PublicNotice.objects.running(on).select_related(*_SHOWN)
    if district:
        rows = rows.filter(district_id=district)
    if text:
        rows = rows.filter(
            Q(number__icontains=text)
            | Q(enterprise__organisation__name__icontains=text)
            | Q(institution__organisation__name__icontains=text)
        )
    return rows


def published_lines(notice: PublicNotice, *, text: str = "") -> QuerySet[NoticeLine]:
    """The lines of a notice as they are shown. To be evaluated in `rls.whole_city()`."""
    rows = notice.lines.select_related("occupation", "level").defer("enrolment", "calculation", "amount_fen")
    if text:
        rows = rows.filter(Q(shown_name__startswith=text[:1]) | Q(occupation__name__icontains=text))
    return rows


def districts_with_notices(on: date) -> list[tuple[District, int]]:
    """Each district with how many notices run there."""
    with rls.whole_city():
        counts = dict(
            PublicNotice.objects.running(on)
            .order_by()
            .values_list("district_id")
            .annotate(number=Count("id"))
            .values_list("district_id", "number")
        )
    return [(row, counts.get(row.pk, 0)) for row in District.objects.order_by("position")]


def receipt(number: str) -> Receipt | None:
    """What became of the objection with this receipt number; None where there is none."""
    with rls.whole_city():
        found = Objection.objects.filter(number=number.strip().upper()).select_related("line__notice").first()
        if found is None:
            return None
        decision = Decision.objects.of(found).order_by("-id").first()
        return Receipt(
            number=found.number,
            state=found.state,
            state_label=found.get_state_display(),
            received_on=found.received_on,
            notice_number=found.line.notice.number,
            position=found.line.position,
            decided_on=found.state_since.astimezone(BEIJING).date() if decision else None,
            answer=decision.opinion if decision else "",
            anew=decision is not None and found.state == ObjectionState.OPEN,
        )


def objections_of(actor: Actor) -> QuerySet[Objection]:
    """The objections that the actor may see, with what a list shows."""
    return Objection.objects.visible_to(actor).select_related(
        "claim", "district", "enterprise__organisation", "line__notice__policy_document", "line__occupation"
    )


def page_of_claim(claim: Claim, actor: Actor, on: date) -> dict[str, object]:
    """What a claim's page shows of its notice: the notice, whether it is over, and what is held."""
    notice = standing_notice(claim)
    objections = Objection.objects.visible_to(actor).filter(claim=claim).select_related("line").order_by("id")
    held = held_lines(claim).count() if notice else 0
    return {
        "public_notice": notice,
        "notice_ended": notice is not None and notice.has_ended(on),
        "notice_runs": notice is not None and not notice.has_ended(on),
        "objections": objections,
        "held_count": held,
    }

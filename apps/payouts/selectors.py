"""Reads of payments, within what the actor may see; nothing here changes anything."""

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.core.errors import NotFound
from apps.core.models import Job
from apps.ledger.models import Reservation
from apps.payouts.enums import OrderState
from apps.payouts.models import PaymentOrder, Recovery, RecoveryPart
from apps.payouts.offsetting import AWAITS_RELEASE
from apps.payouts.services.release_many import RELEASE


def release_of(actor: Actor, pk: int) -> Job:
    """The job by which this very member of finance releases claims. Raises `NotFound` for any other."""
    job = Job.objects.filter(pk=pk, kind=RELEASE, started_by_id=actor.user_id).first()
    if job is None or job.params.get("membership") != actor.membership_id:
        raise NotFound(_("There is no such release, or it is not yours."), code="no_such_release")
    return job


def orders_of_release(actor: Actor, job: Job) -> QuerySet[PaymentOrder]:
    """The orders that stand behind a release: those of its claims which its starter released."""
    return PaymentOrder.objects.visible_to(actor).filter(
        claim_id__in=job.params["claims"],
        released_by_id=job.started_by_id,
        state__in=[OrderState.RELEASED, OrderState.PAID, OrderState.SET_OFF],
    )


def refused_payments(actor: Actor) -> QuerySet[PaymentOrder]:
    """Orders that came to nothing, whose claims wait to be paid again."""
    return PaymentOrder.objects.visible_to(actor).came_to_nothing().filter(claim__state__in=AWAITS_RELEASE)


def parts_with_year(recovery: Recovery) -> QuerySet[RecoveryPart]:
    """The funds that a recovery goes back to, each with the budget year that its money came from."""
    promised = Reservation.objects.filter(key=OuterRef("reservation_key"), fund=OuterRef("fund"))
    rows = recovery.parts.select_related("fund").annotate(budget_year=Subquery(promised.values("year")[:1]))
    return rows.order_by("id")

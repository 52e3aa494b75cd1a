"""Background work of payments."""

from celery import shared_task
from django.utils.translation import gettext as _

from apps.accounts.middleware import actor_of
from apps.accounts.models import Membership
from apps.core.clock import today
from apps.core.errors import Forbidden
from apps.core.jobs import register
from apps.core.models import Job
from apps.payouts.services.agree_instalments import break_missed
from apps.payouts.services.release_many import RELEASE, release_many
from apps.payouts.services.remind_recoveries import remind_recoveries
from apps.payouts.services.remind_settlement import remind_settlements


@register(RELEASE)
def release_job(job: Job) -> None:
    """Release the claims that the job names, as far as its member of finance may; safe to run again."""
    on = today()
    membership = Membership.objects.in_force(on).filter(pk=job.params["membership"]).first()
    if membership is None:
        raise Forbidden(
            _("The membership that released these claims has ended. Nothing more was released."),
            code="membership_ended",
        )
    job.finish(release_many(actor_of(membership), job.params["claims"], on=on, report=job.report))


@shared_task
def follow_recoveries() -> None:
    """Once a day: agreements of which an instalment was missed end, and reminders go out.

    Also of classes that ended and have to be settled.
    """
    on = today()
    break_missed(on)
    remind_recoveries(on)
    remind_settlements(on)

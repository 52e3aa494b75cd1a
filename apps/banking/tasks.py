"""Background work of banking: a long result file is taken in while the officer goes on."""

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.middleware import actor_of
from apps.accounts.models import Membership
from apps.banking.models import PaymentBatch
from apps.banking.sentences import RESULT_TITLE
from apps.banking.services.take_result import check_result, take_result
from apps.core.clock import today
from apps.core.errors import Forbidden
from apps.core.files import open_file, store_bytes
from apps.core.jobs import enqueue, register
from apps.core.models import Job, StoredFile

TAKE_RESULT = "banking.take_result"
# The file of a larger batch is taken in while whoever handed it in goes on.
AT_ONCE_MAX = 50


def hand_in_result(actor: Actor, batch: PaymentBatch, content: bytes, *, name: str) -> Job:
    """Judge a long file now and have it taken in; a refusal (`FileRefused`) is told at once."""
    rows = batch.entries.filter(live=True).select_related("order")
    entries = {entry.order_number: entry for entry in rows}
    check_result(batch, entries, content, today())
    with transaction.atomic():
        stored = store_bytes(content, name=name, media_type="text/csv", sealed=True)
        return enqueue_result(actor, batch, stored)


def enqueue_result(actor: Actor, batch: PaymentBatch, file: StoredFile) -> Job:
    """Have a stored result file taken in; asked twice, it is one job, and the file counts once anyway."""
    return enqueue(
        TAKE_RESULT,
        params={"batch": batch.pk, "file": file.pk, "membership": actor.membership_id},
        started_by_id=actor.user_id,
        unique_key=f"{TAKE_RESULT}:{batch.pk}:{file.pk}",
        title=RESULT_TITLE.say(number=batch.number),
    )


@register(TAKE_RESULT)
def take_result_job(job: Job) -> None:
    """Take the file in, as the member of finance who handed it in; safe to run again."""
    on = today()
    membership = Membership.objects.in_force(on).filter(pk=job.params["membership"]).first()
    if membership is None:
        raise Forbidden(
            _("The membership that handed this file in has ended. Nothing was taken in."),
            code="membership_ended",
        )
    file = StoredFile.objects.get(pk=job.params["file"])
    with open_file(file) as opened:
        content = opened.read()
    batch = PaymentBatch.objects.get(pk=job.params["batch"])
    taken = take_result(actor_of(membership), batch, content, name=file.name, on=on, report=job.report)
    job.finish(
        {
            "batch": batch.pk,
            "paid": taken.file.paid_count,
            "failed": taken.file.failed_count,
            "pending": taken.file.pending_count,
            "already": taken.already,
        }
    )


def job_of(batch: PaymentBatch) -> Job | None:
    """The newest job that takes a file of this batch in, while it runs or where it broke off."""
    job = Job.objects.filter(kind=TAKE_RESULT, params__batch=batch.pk).order_by("-id").first()
    return job if job is not None and job.state != "done" else None

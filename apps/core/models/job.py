"""Background work as rows: the intention is committed with what asked for it, and ends done or dead."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.said import SaidCharField, SaidTextField


class JobState(models.TextChoices):
    """Where a job stands."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", pgettext_lazy("job", "Refused")
    DEAD = "dead", _("Given up")


LIVE_STATES = (JobState.QUEUED, JobState.RUNNING)


class Job(models.Model):
    """One piece of background work, started by a person or by the clock (I19).

    `failed`: the work itself said no, `error` is its sentence. `dead`: it broke as often as it may. Params
    hold ids only: what people typed stays in its own table. See `apps.core.jobs`.
    """

    kind = models.CharField(_("Kind"), max_length=80)
    title = SaidCharField(_("Title"), max_length=200, blank=True)
    state = models.CharField(_("State"), max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    params = models.JSONField(_("Parameters"), default=dict)
    unique_key = models.CharField(_("Only one at a time"), max_length=120, null=True, blank=True)  # noqa: DJ001
    started_by_id = models.BigIntegerField(_("Started by"), null=True, blank=True)
    total = models.PositiveIntegerField(_("Of"), default=0)
    done = models.PositiveIntegerField(_("Done so far"), default=0)
    note = SaidCharField(_("Note"), max_length=200, blank=True)
    result = models.JSONField(_("Result"), default=dict)
    error = SaidTextField(_("Why not"), blank=True)
    # In which its refusals are put into words: that of whoever asked for it.
    language = models.CharField(_("Language"), max_length=10, blank=True, default="", db_default="")
    attempts = models.PositiveSmallIntegerField(_("Attempts"), default=0)
    claim = models.UUIDField(null=True, editable=False)
    heartbeat_at = models.DateTimeField(_("Last sign of life"), null=True, blank=True)
    # When the sweeper may send it (again) if nobody has taken it by then.
    send_after = models.DateTimeField()
    created_at = models.DateTimeField(_("Asked for at"), auto_now_add=True)
    started_at = models.DateTimeField(_("Started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("Finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("Job")
        verbose_name_plural = _("Jobs")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["unique_key"],
                condition=models.Q(state__in=LIVE_STATES),
                name="core_job_one_live_per_key",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=LIVE_STATES) ^ models.Q(finished_at__isnull=False),
                name="core_job_ends_with_a_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=("failed", "dead")) | ~models.Q(error=""),
                name="core_job_says_why_not",
            ),
        ]
        indexes = [
            models.Index(
                fields=["send_after"], condition=models.Q(state__in=LIVE_STATES), name="core_job_live"
            ),
            models.Index(fields=["started_by_id", "-id"], name="core_job_by_person"),
        ]

    def __str__(self) -> str:
        return self.title or self.kind

    def report(self, done: int, total: int, note: str = "") -> None:
        """Show how far the work is and that it lives; kept outside the database's transaction.

        Cheap enough for every row: it writes a few times a second at most.
        """
        from apps.core import jobs

        jobs.report(self, done, total, note)

    def finish(self, result: dict[str, Any] | None = None) -> None:
        """Close the job with its result, in the transaction of the moment.

        Put it into the transaction that does the last of the work: both stand, or neither. Raises
        `jobs.ClaimLost` when another worker has taken the job over.
        """
        from apps.core import jobs

        jobs.finish(self, result or {})

    @property
    def is_live(self) -> bool:
        """Whether it still waits or runs."""
        return self.state in LIVE_STATES

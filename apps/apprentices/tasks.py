"""Background work of rosters."""

from apps.apprentices.models import RosterFile
from apps.apprentices.services.read_roster import read_roster
from apps.apprentices.services.upload_roster import READ_ROSTER
from apps.core.jobs import register
from apps.core.models import Job


@register(READ_ROSTER)
def read_roster_job(job: Job) -> None:
    """Read the roster file that the job names; safe to run again, it goes on where it was left."""
    rows = RosterFile.objects.select_related("file", "training_class__line", "uploaded_by__person")
    read_roster(rows.get(pk=job.params["roster_file"]), report=job.report, finish=job.finish)

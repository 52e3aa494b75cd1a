"""Tables of ground: stored files, background jobs, days off, the record of the nightly checks."""

from apps.core.models.check import InvariantCheck
from apps.core.models.file import StoredFile
from apps.core.models.holiday import Holiday
from apps.core.models.job import Job, JobState
from apps.core.seals import Seal

__all__ = ["Holiday", "InvariantCheck", "Job", "JobState", "Seal", "StoredFile"]

"""What was handed in, each time: decisions bind to it and later versions are compared with it."""

from django.db import models

from apps.core.append_only import AppendOnlyModel


class PlanSubmission(AppendOnlyModel):
    """The whole content of a plan as submitted, with its digest. One row a submission."""

    plan = models.ForeignKey("plans.Plan", models.PROTECT, related_name="submissions", db_index=False)
    version = models.PositiveIntegerField()
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    submitted_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta(AppendOnlyModel.Meta):
        constraints = [models.UniqueConstraint(fields=["plan", "version"], name="one_submission_per_version")]

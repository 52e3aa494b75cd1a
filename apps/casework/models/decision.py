"""What people decided on a case: who sat in which chair, on which version, with which deficiencies."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounts.roles import Role
from apps.core.append_only import AppendOnlyModel
from apps.core.said import SaidTextField


class Seat(AppendOnlyModel):
    """The one chair that a natural person holds in a case.

    The unique key is what keeps submitter, reviewer, second signer and releaser different people,
    also where one of them has two accounts.
    """

    subject_type = models.CharField(max_length=48)
    subject_id = models.BigIntegerField()
    seat = models.CharField(_("Part"), max_length=32)
    person = models.ForeignKey("accounts.Person", models.PROTECT, related_name="+")
    since = models.DateTimeField(auto_now_add=True)

    class Meta(AppendOnlyModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "person"], name="one_seat_per_person_and_case"
            ),
            # Referenced together by decisions, so that a decision cannot borrow another's chair, nor
            # a chair in another case.
            models.UniqueConstraint(
                fields=["id", "person", "subject_type", "subject_id"], name="seat_of_person_and_case"
            ),
        ]


class DecisionQuerySet(models.QuerySet):
    def of(self, case: models.Model) -> Self:
        """The decisions on one case, oldest first."""
        return self.filter(subject_type=case._meta.label_lower, subject_id=case.pk).order_by("id")


class Decision(AppendOnlyModel):
    """An act of a person on a case: the opinion, the checklist and the content version it binds to."""

    subject_type = models.CharField(max_length=48)
    subject_id = models.BigIntegerField()
    # Read by case alone; chairs, people and accounts are never deleted, so nothing looks for them from there.
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="decisions", db_index=False)
    person = models.ForeignKey("accounts.Person", models.PROTECT, related_name="+", db_index=False)
    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(_("Role"), max_length=32, choices=Role.choices)
    action = models.CharField(_("Action"), max_length=48)
    from_state = models.CharField(max_length=32)
    to_state = models.CharField(max_length=32)
    opinion = SaidTextField(_("Opinion"), blank=True)
    checklist = models.JSONField(_("Checklist"), default=list, blank=True)
    content_version = models.PositiveIntegerField(_("Version"))
    content_sha256 = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(_("At"), auto_now_add=True)

    objects = DecisionQuerySet.as_manager()

    class Meta(AppendOnlyModel.Meta):
        verbose_name = _("Decision")
        indexes = [models.Index(fields=["subject_type", "subject_id", "id"], name="decision_by_subject")]


class Deficiency(models.Model):
    """One defect of a return. All defects are named at once (one-time notice), each with its article.

    `late` marks a defect that was already visible at an earlier return and was not named then: it
    counts against the office.
    """

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="deficiencies")
    subject_type = models.CharField(max_length=48)
    subject_id = models.BigIntegerField()
    code = models.CharField(_("Code"), max_length=48)
    article = models.CharField(_("Article"), max_length=120, blank=True)
    text = models.TextField(_("What to correct"))
    late = models.BooleanField(default=False)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("Deficiency")
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="deficiency_by_subject")]

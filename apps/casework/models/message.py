"""Notes between applicant and office, and notices of what happened."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.casework.enums import OVERDUE_FILES, Audience


class Note(models.Model):
    """A remark on a case. Notes are kept as they were written."""

    subject_type = models.CharField(max_length=48)
    subject_id = models.BigIntegerField()
    audience = models.CharField(_("For"), max_length=8, choices=Audience.choices, default=Audience.BOTH)
    text = models.TextField(pgettext_lazy("conversation", "Note"), max_length=2000)
    author = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    author_role = models.CharField(max_length=32, choices=Role.choices)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = pgettext_lazy("conversation", "Note")
        indexes = [models.Index(fields=["subject_type", "subject_id", "id"], name="note_by_subject")]


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """Notices for this actor's role and scope or for this person alone, and those for both at once."""
        if actor is None:
            return self.none()
        scope = (
            Q(role=actor.role)
            & Q(organisation_id=actor.organisation_id)
            & Q(district_code=actor.district_code or "")
            & (Q(person=None) | Q(person_id=actor.person_id))
        )
        return self.filter(scope | Q(person_id=actor.person_id, role="") if actor.person_id else scope)


class Notice(models.Model):
    """Something happened to a case. Addressed to a role in a scope, to a person, or to a person in a role."""

    subject_type = models.CharField(max_length=48)
    subject_id = models.BigIntegerField()
    code = models.CharField(max_length=64)
    params = models.JSONField(default=dict)
    role = models.CharField(max_length=32, choices=Role.choices, blank=True)
    organisation = models.ForeignKey(
        "accounts.Organisation", models.PROTECT, null=True, related_name="+", db_index=False
    )
    district_code = models.CharField(max_length=6, blank=True)
    person = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    # The mail that is owed: when the sweeper sends it if nobody has by then; none is owed where it is empty.
    mail_after = models.DateTimeField(null=True, blank=True)
    mail_attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    mail_error = models.CharField(max_length=300, blank=True, db_default="")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("Notice")
        constraints = [
            # Whoever is reminded, and whatever broke off meanwhile: once a day.
            models.UniqueConstraint(
                "subject_id",
                KeyTextTransform("day", "params"),
                name="notice_reminds_once_a_day",
                condition=Q(code=OVERDUE_FILES),
            )
        ]
        indexes = [
            models.Index(fields=["role", "organisation", "district_code", "-id"], name="notice_by_scope"),
            models.Index(
                fields=["person", "-id"], name="notice_by_person", condition=Q(person__isnull=False)
            ),
            models.Index(
                fields=["mail_after"], name="notice_mail_owed", condition=Q(mail_after__isnull=False)
            ),
        ]

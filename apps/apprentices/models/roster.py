"""Roster files: what was uploaded, how far it was read, and the rows that could not be taken."""

from typing import Self

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.actors import Actor
from apps.apprentices.enums import RosterState
from apps.apprentices.models.training_class import TrainingClass
from apps.core.fields import EncryptedTextField
from apps.core.triggers import Guard


class RosterFileQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """Files of the classes that this actor may see."""
        return self.filter(training_class__in=TrainingClass.objects.visible_to(actor))


class RosterFile(models.Model):
    """One uploaded roster. Read by a background job; `read_to` is the last row that is safely stored."""

    training_class = models.ForeignKey(
        "apprentices.TrainingClass", models.PROTECT, related_name="roster_files", verbose_name=_("Class")
    )
    file = models.ForeignKey("core.StoredFile", models.PROTECT, related_name="+")
    # Equal files are stored once; the name that this uploader knows it by is kept here.
    name = models.CharField(_("File"), max_length=255)
    state = models.CharField(
        _("State"), max_length=16, choices=RosterState.choices, default=RosterState.WAITING
    )
    job = models.ForeignKey("core.Job", models.PROTECT, null=True, related_name="+")
    # The day on which the rules are read: a reading that goes on after midnight judges alike.
    judged_on = models.DateField(_("Day of upload"))
    read_to = models.PositiveIntegerField(default=0)
    good_rows = models.PositiveIntegerField(_("Rows taken"), default=0)
    known_rows = models.PositiveIntegerField(_("Rows already on the roster"), default=0)
    bad_rows = models.PositiveIntegerField(_("Rows to correct"), default=0)
    refusal = models.TextField(_("Why the file was refused"), blank=True)
    error_workbook = models.ForeignKey("core.StoredFile", models.PROTECT, null=True, related_name="+")
    uploaded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("Uploaded"), auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = RosterFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("Roster file")
        ordering = ["-id"]
        triggers = [
            Guard(
                name="keep_row",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func="""
                    RAISE EXCEPTION 'a roster file is never deleted: enrolments name it'
                        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'roster_file_kept';
                """,
            )
        ]


class RosterProblem(models.Model):
    """A row of a roster that could not be taken: what stood there (sealed) and every reason at once."""

    roster_file = models.ForeignKey(RosterFile, models.CASCADE, related_name="problems", db_index=False)
    row = models.PositiveIntegerField(_("Row"))
    cells = EncryptedTextField(_("As uploaded"))
    problems = models.JSONField(_("Reasons"))

    class Meta:
        verbose_name = _("Row to correct")
        constraints = [
            models.UniqueConstraint(fields=["roster_file", "row"], name="one_problem_row"),
            models.CheckConstraint(condition=Q(row__gte=1), name="problem_row_positive"),
        ]

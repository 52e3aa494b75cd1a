"""What was taught: sessions with their time, and who was there for how many minutes."""

from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.access import scope_q
from apps.accounts.actors import Actor
from apps.training.enums import Mode, SessionSide
from apps.training.guards import no_lesson_while_halted


def int_range(name: str) -> Func:
    """A one-key range, which a GiST exclusion can compare without an extension."""
    return Func(F(name), F(name), models.Value("[]"), function="int8range")


def time_span() -> Func:
    """From start to end, the end not included, so that one session may follow another at once."""
    return Func(
        F("starts_at"),
        F("ends_at"),
        models.Value("[)"),
        function="tstzrange",
        output_field=DateTimeRangeField(),
    )


class TrainingSessionQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """Sessions of the classes that this actor may see."""
        return self.filter(
            scope_q(
                actor,
                district="district_id",
                enterprise="training_class__enterprise_id",
                institution="training_class__institution_id",
                superior="training_class__plan__superior_unit_id",
            )
        )


class TrainingSession(models.Model):
    """A lesson or an on-the-job session of a class. A teacher cannot give two at the same time."""

    training_class = models.ForeignKey(
        "apprentices.TrainingClass", models.PROTECT, related_name="sessions", db_index=False
    )
    district = models.ForeignKey("accounts.District", models.PROTECT, related_name="+")
    side = models.CharField(_("Side"), max_length=16, choices=SessionSide.choices)
    mode = models.CharField(_("Mode"), max_length=16, choices=Mode.choices)
    course = models.ForeignKey("plans.Course", models.PROTECT, related_name="+", verbose_name=_("Course"))
    mentor = models.ForeignKey(
        "plans.Mentor", models.PROTECT, related_name="+", verbose_name=_("Teacher or mentor")
    )
    topic = models.CharField(_("Topic"), max_length=200, blank=True)
    place = models.CharField(_("Place"), max_length=200, blank=True)
    starts_at = models.DateTimeField(_("Starts"))
    ends_at = models.DateTimeField(_("Ends"))
    minutes = models.PositiveIntegerField(_("Minutes"))
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=300, blank=True)
    external_key = models.CharField(max_length=80, blank=True)

    objects = TrainingSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("Training session")
        triggers = [no_lesson_while_halted()]
        constraints = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="session_ends_after_start"),
            models.CheckConstraint(condition=Q(minutes__gte=1), name="session_has_minutes"),
            models.UniqueConstraint(
                fields=["training_class", "external_key"],
                condition=~Q(external_key=""),
                name="session_key_once",
            ),
            ExclusionConstraint(
                name="teacher_in_one_place",
                expressions=[
                    (int_range("mentor"), RangeOperators.OVERLAPS),
                    (time_span(), RangeOperators.OVERLAPS),
                ],
                condition=Q(cancelled_at__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["training_class", "starts_at"], name="session_by_class")]

    def __str__(self) -> str:
        return f"{self.course} {self.starts_at:%Y-%m-%d}"


class Attendance(models.Model):
    """One apprentice at one session, with minutes. Nobody is in two sessions at the same time."""

    session = models.ForeignKey(TrainingSession, models.PROTECT, related_name="attendances")
    enrolment = models.ForeignKey("apprentices.Enrolment", models.PROTECT, related_name="attendances")
    district = models.ForeignKey("accounts.District", models.PROTECT, related_name="+")
    side = models.CharField(max_length=16, choices=SessionSide.choices)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    minutes = models.PositiveIntegerField(_("Minutes"))
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.CharField(max_length=300, blank=True)
    confirmed_at = models.DateTimeField(_("Confirmed by the apprentice"), null=True, blank=True)

    class Meta:
        verbose_name = _("Attendance")
        constraints = [
            models.UniqueConstraint(
                fields=["session", "enrolment"], condition=Q(voided_at__isnull=True), name="attendance_once"
            ),
            models.CheckConstraint(condition=Q(minutes__gte=1), name="attendance_has_minutes"),
            ExclusionConstraint(
                name="apprentice_in_one_place",
                expressions=[
                    (int_range("enrolment"), RangeOperators.OVERLAPS),
                    (time_span(), RangeOperators.OVERLAPS),
                ],
                condition=Q(voided_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=["enrolment", "side"],
                include=["minutes"],
                condition=Q(voided_at__isnull=True),
                name="attendance_minutes",
            )
        ]

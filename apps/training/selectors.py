"""Reads of training records, all within what the actor may see."""

from django.db.models import Count, Q, QuerySet, Sum

from apps.accounts.actors import Actor
from apps.apprentices.models import Enrolment, TrainingClass
from apps.training.models import Attendance, Dispute, TrainingSession


def sessions_of(actor: Actor, training_class: TrainingClass) -> QuerySet[TrainingSession]:
    """The sessions of a class, newest first, with how many were there."""
    return (
        TrainingSession.objects.visible_to(actor)
        .filter(training_class=training_class)
        .select_related("course", "mentor", "recorded_by__person")
        .annotate(present=Count("attendances", filter=Q(attendances__voided_at=None)))
        .order_by("-starts_at", "-id")
    )


def attendances_of(actor: Actor, enrolment: Enrolment) -> QuerySet[Attendance]:
    """What an apprentice attended, newest first; for the apprentice's own page and the class's offices."""
    visible = Enrolment.objects.visible_to(actor).filter(pk=enrolment.pk)
    return (
        Attendance.objects.filter(enrolment__in=visible)
        .select_related("session__course", "session__mentor")
        .order_by("-starts_at", "-id")
    )


def disputes_of(actor: Actor, training_class: TrainingClass) -> QuerySet[Dispute]:
    """The disputes in a class, open ones first."""
    visible = TrainingClass.objects.visible_to(actor).filter(pk=training_class.pk)
    return (
        Dispute.objects.filter(enrolment__training_class__in=visible)
        .select_related("enrolment__person", "attendance__session__course")
        .order_by("answered_at", "-id")
    )


def hours_by_course(training_class: TrainingClass) -> QuerySet[TrainingSession]:
    """Minutes given so far for each course of the class's plan, beside the planned hours."""
    return (
        TrainingSession.objects.filter(training_class=training_class, cancelled_at=None)
        .values("course_id", "course__name", "course__kind", "course__place", "course__hours")
        .annotate(minutes=Sum("minutes"), sessions=Count("id"))
        .order_by("course_id")
    )

"""What a plan is made of: lines, courses, mentors and teachers, textbooks."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.plans.enums import LessonKind, MentorSide, Place, Qualification, TextbookKind


class PlanLine(models.Model):
    """So many apprentices in one occupation at one level, for a term in whole months."""

    plan = models.ForeignKey("plans.Plan", models.CASCADE, related_name="lines")
    occupation = models.ForeignKey(
        "catalogue.Occupation", models.PROTECT, related_name="+", verbose_name=_("Occupation")
    )
    level = models.ForeignKey("catalogue.Level", models.PROTECT, related_name="+", verbose_name=_("Level"))
    headcount = models.PositiveIntegerField(_("Headcount"))
    term_months = models.PositiveSmallIntegerField(_("Term (months)"))
    term_reason = models.CharField(_("Why the term differs"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("Occupation and level")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "occupation", "level"], name="plan_line_once"),
            models.CheckConstraint(
                condition=Q(headcount__gte=1, term_months__gte=1), name="plan_line_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.occupation} · {self.level}"


class Course(models.Model):
    """One course of the teaching plan with its hours."""

    plan = models.ForeignKey("plans.Plan", models.CASCADE, related_name="courses")
    line = models.ForeignKey(PlanLine, models.CASCADE, null=True, blank=True, related_name="courses")
    name = models.CharField(_("Course"), max_length=120)
    kind = models.CharField(_("Kind"), max_length=16, choices=LessonKind.choices)
    place = models.CharField(_("Given by"), max_length=16, choices=Place.choices)
    hours = models.PositiveIntegerField(_("Class hours"))

    class Meta:
        verbose_name = _("Course")
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=Q(hours__gte=1), name="course_has_hours")]

    def __str__(self) -> str:
        return self.name


class Mentor(models.Model):
    """An enterprise mentor or an institution teacher, and by what this person qualifies."""

    plan = models.ForeignKey("plans.Plan", models.CASCADE, related_name="mentors")
    side = models.CharField(_("Side"), max_length=16, choices=MentorSide.choices)
    name = models.CharField(_("Name"), max_length=60)
    id_index = models.BinaryField(_("Identity"), max_length=32, null=True, blank=True)
    occupation = models.ForeignKey(
        "catalogue.Occupation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Occupation"),
    )
    qualification = models.CharField(_("Qualifies by"), max_length=24, choices=Qualification.choices)
    years = models.PositiveSmallIntegerField(_("Years"), null=True, blank=True)
    certificate_level = models.ForeignKey(
        "catalogue.Level", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Level")
    )
    certificate_no = models.CharField(_("Certificate or title number"), max_length=60, blank=True)
    fit_and_of_good_conduct = models.BooleanField(_("Fit and of good conduct"), default=False)

    class Meta:
        verbose_name = _("Mentor or teacher")
        ordering = ["side", "id"]

    def __str__(self) -> str:
        return self.name


class Textbook(models.Model):
    """A textbook that the class uses; filed with the district (Beijing 2022-11, 3(3)2)."""

    plan = models.ForeignKey("plans.Plan", models.CASCADE, related_name="textbooks")
    title = models.CharField(_("Title"), max_length=200)
    publisher = models.CharField(_("Publisher"), max_length=120, blank=True)
    isbn = models.CharField("ISBN", max_length=20, blank=True)
    kind = models.CharField(_("Kind"), max_length=16, choices=TextbookKind.choices)

    class Meta:
        verbose_name = _("Textbook")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.title

"""What a plan is made of: lines, courses, mentors and teachers, textbooks."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.fields import BlindIndexField
from apps.plans.enums import LessonKind, MentorSide, Place, Qualification, TextbookKind
from apps.plans.guards import part_stays
from apps.policy.enums import TitleGrade


class Part(models.Model):
    """A row of a plan. `row_key` is the row's own name, given before it is stored: a form that saves as
    one types, and a retry, find the row that they made."""

    row_key = models.CharField(max_length=16, editable=False)

    class Meta:
        abstract = True


class PlanLine(Part):
    """So many apprentices in one occupation at one level, for a term in whole months."""

    plan = models.ForeignKey("plans.Plan", models.PROTECT, related_name="lines", db_index=False)
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
            # Checked at commit, so that two rows may change places.
            models.UniqueConstraint(
                fields=["plan", "occupation", "level"],
                name="plan_line_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.UniqueConstraint(fields=["plan", "row_key"], name="plan_line_key"),
            models.CheckConstraint(
                condition=Q(headcount__gte=1, term_months__gte=1), name="plan_line_positive"
            ),
        ]
        triggers = [part_stays()]

    def __str__(self) -> str:
        return f"{self.occupation} · {self.level}"


class Course(Part):
    """One course of the teaching plan with its hours; without a line it is for every apprentice."""

    plan = models.ForeignKey("plans.Plan", models.PROTECT, related_name="courses", db_index=False)
    line = models.ForeignKey(PlanLine, models.PROTECT, null=True, blank=True, related_name="courses")
    name = models.CharField(_("Course"), max_length=120)
    kind = models.CharField(_("Kind"), max_length=16, choices=LessonKind.choices)
    place = models.CharField(_("Given by"), max_length=16, choices=Place.choices)
    hours = models.PositiveIntegerField(_("Class hours"))

    class Meta:
        verbose_name = _("Course")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "row_key"], name="course_key"),
            models.CheckConstraint(condition=Q(hours__gte=1), name="course_has_hours"),
        ]
        triggers = [part_stays()]

    def __str__(self) -> str:
        return self.name


class Mentor(Part):
    """An enterprise mentor or an institution teacher, and by what this person qualifies.

    `id_index` is the keyed hash of the identity number, the same as a person's: the number itself is
    not kept. By it one teacher is recognised in several plans.
    """

    plan = models.ForeignKey("plans.Plan", models.PROTECT, related_name="mentors", db_index=False)
    side = models.CharField(_("Side"), max_length=16, choices=MentorSide.choices)
    name = models.CharField(_("Full name"), max_length=60)
    id_index = BlindIndexField(null=True, blank=True, editable=False)
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
    title_grade = models.CharField(
        _("Grade of the title"), max_length=16, choices=TitleGrade.choices, blank=True
    )
    certificate_no = models.CharField(_("Certificate or title number"), max_length=60, blank=True)
    fit_and_of_good_conduct = models.BooleanField(_("Fit and of good conduct"), default=False)

    class Meta:
        verbose_name = _("Mentor or teacher")
        ordering = ["side", "id"]
        constraints = [models.UniqueConstraint(fields=["plan", "row_key"], name="mentor_key")]
        triggers = [part_stays()]

    def __str__(self) -> str:
        return self.name


class Textbook(Part):
    """A textbook that the class uses; filed with the district (Beijing 2022-11, 3(3)2)."""

    plan = models.ForeignKey("plans.Plan", models.PROTECT, related_name="textbooks", db_index=False)
    title = models.CharField(_("Title"), max_length=200)
    publisher = models.CharField(_("Publisher"), max_length=120, blank=True)
    isbn = models.CharField("ISBN", max_length=20, blank=True)
    kind = models.CharField(_("Kind"), max_length=16, choices=TextbookKind.choices)

    class Meta:
        verbose_name = _("Textbook")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["plan", "row_key"], name="textbook_key")]
        triggers = [part_stays()]

    def __str__(self) -> str:
        return self.title

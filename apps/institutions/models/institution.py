"""Who trains: the institution, the scope of its licence, its yearly evaluations."""

from datetime import date
from typing import Self

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.actors import Actor
from apps.accounts.models import Organisation, User
from apps.accounts.scopes import scope_q
from apps.institutions.enums import Grade, InstitutionKind, Standing


class InstitutionQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """The own institution, the district's, or all of the city; the public directory is `listed`."""
        return self.filter(
            scope_q(
                actor,
                district="organisation__district_id",
                enterprise=None,
                institution="organisation_id",
                superior="organisation__superior_id",
            )
        )

    def listed(self, on: date) -> Self:
        """The directory on a day: listed institutions whose licence is valid. Public."""
        return self.filter(
            Q(licence_valid_to__isnull=True) | Q(licence_valid_to__gte=on),
            standing=Standing.LISTED,
            listed_on__lte=on,
            licence_valid_from__lte=on,
        )


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent())
class Institution(models.Model):
    """A training institution; name, credit code and district stand with its organisation."""

    organisation = models.OneToOneField(
        Organisation,
        models.PROTECT,
        primary_key=True,
        related_name="institution",
        verbose_name=_("Organisation"),
    )
    kind = models.CharField(_("Kind"), max_length=24, choices=InstitutionKind.choices)
    licence_no = models.CharField(_("Licence number"), max_length=40, unique=True)
    licence_valid_from = models.DateField(_("Licence valid from"))
    licence_valid_to = models.DateField(_("Licence valid to"), null=True, blank=True)
    standing = models.CharField(
        _("Standing"), max_length=10, choices=Standing.choices, default=Standing.APPLIED
    )
    standing_reason = models.CharField(_("Reason of the standing"), max_length=300, blank=True)
    standing_from = models.DateField(_("Standing since"), null=True, blank=True)
    standing_until = models.DateField(_("Standing until"), null=True, blank=True)
    listed_on = models.DateField(_("Listed on"), null=True, blank=True)
    grade = models.CharField(_("Grade"), max_length=1, choices=Grade.choices, default=Grade.NONE, blank=True)
    address = models.CharField(_("Address"), max_length=200, blank=True)
    legal_representative = models.CharField(_("Legal representative"), max_length=50, blank=True)
    contact_name = models.CharField(_("Contact"), max_length=50, blank=True)
    contact_phone = models.CharField(_("Contact telephone"), max_length=20, blank=True)
    premises = models.CharField(_("Premises and equipment"), max_length=500, blank=True)

    objects = InstitutionQuerySet.as_manager()

    class Meta:
        verbose_name = _("Training institution")
        verbose_name_plural = _("Training institutions")
        constraints = [
            models.CheckConstraint(
                name="institution_kind_known", condition=Q(kind__in=InstitutionKind.values)
            ),
            models.CheckConstraint(
                name="institution_licence_span",
                condition=Q(licence_valid_to__isnull=True) | Q(licence_valid_to__gte=F("licence_valid_from")),
            ),
            models.CheckConstraint(
                name="institution_standing_explained",
                condition=Q(standing=Standing.APPLIED)
                | Q(standing=Standing.LISTED, listed_on__isnull=False)
                | Q(standing__in=[Standing.SUSPENDED, Standing.REMOVED], standing_from__isnull=False)
                & ~Q(standing_reason=""),
            ),
            models.CheckConstraint(
                name="institution_standing_span",
                condition=Q(standing_until__isnull=True) | Q(standing_until__gte=F("standing_from")),
            ),
        ]

    def __str__(self) -> str:
        return self.organisation.name


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class LicenceScope(models.Model):
    """An occupation and level that the licence covers, for a span of days.

    Codes are those of the catalogue, which stands a floor above.
    """

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="scopes", db_index=False)
    occupation_code = models.CharField(_("Occupation"), max_length=24)
    level_code = models.CharField(_("Level"), max_length=32)
    valid_from = models.DateField(_("Valid from"))
    valid_to = models.DateField(_("Valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("Licence scope")
        verbose_name_plural = _("Licence scopes")
        ordering = ["occupation_code", "level_code", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "occupation_code", "level_code", "valid_from"],
                name="licence_scope_once",
            ),
            models.CheckConstraint(
                name="licence_scope_span",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
        ]
        indexes = [models.Index(fields=["occupation_code", "level_code"], name="licence_scope_by_occupation")]


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent())
class Evaluation(models.Model):
    """The yearly evaluation of an institution."""

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="evaluations", db_index=False)
    year = models.PositiveSmallIntegerField(_("Year"))
    grade = models.CharField(_("Grade"), max_length=1, choices=[c for c in Grade.choices if c[0]])
    note = models.CharField(_("Note"), max_length=500, blank=True)
    evaluated_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    evaluated_on = models.DateField(_("Evaluated on"))

    class Meta:
        verbose_name = _("Yearly evaluation")
        verbose_name_plural = _("Yearly evaluations")
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(fields=["institution", "year"], name="evaluation_once_a_year"),
            models.CheckConstraint(name="evaluation_grade_known", condition=Q(grade__in=["A", "B", "C"])),
        ]

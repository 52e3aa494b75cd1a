"""Occupations, levels and industries, and the city's lists of them by date."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Named(models.Model):
    """A code with its names in both languages."""

    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=150)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name if (get_language() or "zh").startswith("zh") else self.name_en


class Occupation(Named):
    """An occupation (职业) of the national classification, by its code."""

    code = models.CharField(_("code"), max_length=20, primary_key=True)

    class Meta:
        verbose_name = _("occupation")
        verbose_name_plural = _("occupations")
        ordering = ["code"]


class Level(Named):
    """A skill level; a higher rank is more skilled. Policy documents may add levels."""

    code = models.CharField(_("code"), max_length=50, primary_key=True)
    rank = models.PositiveSmallIntegerField(_("rank"), unique=True)

    class Meta:
        verbose_name = _("level")
        verbose_name_plural = _("levels")
        ordering = ["rank"]


class Industry(Named):
    """An industry of the national classification of economic activities (GB/T 4754)."""

    code = models.CharField(_("code"), max_length=10, primary_key=True)

    class Meta:
        verbose_name = _("industry")
        verbose_name_plural = _("industries")
        ordering = ["code"]


class Dated(models.Model):
    """A row of a list with its first and last day and the document that put it there."""

    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(
        _("valid to"), null=True, blank=True, help_text=_("The last day, included; empty: open.")
    )
    document = models.CharField(_("document"), max_length=100)
    article = models.CharField(_("article"), max_length=50, blank=True)

    class Meta:
        abstract = True


class OccupationListing(Dated):
    """An occupation's stay on a list, for one level or for all (level empty).

    `list` is a code of OccupationList, or the code of a further kind of occupations that a policy
    document names.
    """

    list = models.CharField(_("list"), max_length=50, help_text=_("The code of the list."))
    occupation = models.ForeignKey(
        Occupation, verbose_name=_("occupation"), on_delete=models.PROTECT, related_name="listings"
    )
    level = models.ForeignKey(
        Level, verbose_name=_("level"), on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        verbose_name = _("occupation on a list")
        verbose_name_plural = _("occupations on lists")
        ordering = ["list", "occupation_id", "valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="catalogue_listing_dates_in_order",
            ),
            models.UniqueConstraint(
                fields=["list", "occupation", "level", "valid_from"],
                name="catalogue_listing_once_a_day",
                nulls_distinct=False,
            ),
        ]
        indexes = [models.Index(fields=["list", "occupation", "valid_from"], name="catalogue_listing_lookup")]


class ProhibitedIndustry(Dated):
    """An industry on the city's list of prohibited and restricted industries; it covers its subdivisions."""

    industry = models.ForeignKey(
        Industry,
        verbose_name=_("industry"),
        on_delete=models.PROTECT,
        related_name="prohibitions",
        db_index=False,
    )

    class Meta:
        verbose_name = _("prohibited industry")
        verbose_name_plural = _("prohibited industries")
        ordering = ["industry_id", "valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="catalogue_prohibition_dates_in_order",
            ),
            models.UniqueConstraint(
                fields=["industry", "valid_from"], name="catalogue_prohibition_once_a_day"
            ),
        ]

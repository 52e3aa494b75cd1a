"""Districts and organisations: for whom people act."""

from typing import Self

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.accounts.actors import Actor
from apps.accounts.roles import OrganisationKind
from apps.accounts.scopes import scope_q


class District(models.Model):
    """A district of the city, or an area with a bureau of its own; data, so another city loads its own."""

    code = models.CharField(_("Code"), max_length=6, primary_key=True)
    name = models.CharField(_("Name"), max_length=40)
    name_en = models.CharField(_("English name"), max_length=80)
    position = models.PositiveSmallIntegerField(_("Position"))

    class Meta:
        verbose_name = _("District")
        verbose_name_plural = _("Districts")
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(name="district_code_six_digits", condition=Q(code__regex=r"^[0-9]{6}$")),
            models.UniqueConstraint(
                fields=["position"], name="district_position_once", deferrable=models.Deferrable.DEFERRED
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the language of the moment."""
        return self.name if (get_language() or "zh").startswith("zh") else self.name_en


class OrganisationQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """The own one, the district's, the subordinates; the system administrator and the city see all."""
        if actor is not None and actor.is_account_admin:
            return self
        return self.filter(
            scope_q(actor, district="district_id", enterprise="id", institution="id", superior="superior_id")
            | _own(actor)
        )


def _own(actor: Actor | None) -> Q:
    return Q(pk=actor.organisation_id) if actor is not None and actor.organisation_id else Q(pk__in=[])


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent())
class Organisation(models.Model):
    """An enterprise, institution, superior unit, bureau or audit firm.

    `superior` is the unit whose consent an application needs and who may read along (state-owned assets,
    trade union, federation).
    """

    kind = models.CharField(_("Kind"), max_length=20, choices=OrganisationKind.choices)
    name = models.CharField(_("Name"), max_length=120)
    name_pinyin = models.CharField(max_length=600, editable=False, default="")
    uscc = models.CharField(_("Unified social credit code"), max_length=18, null=True, blank=True)  # noqa: DJ001 - unique where known
    district = models.ForeignKey(
        District,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="organisations",
        verbose_name=_("District"),
    )
    superior = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="subordinates",
        verbose_name=_("Superior unit"),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("Organisation")
        verbose_name_plural = _("Organisations")
        constraints = [
            models.UniqueConstraint(fields=["uscc"], name="organisation_uscc_once"),
            models.CheckConstraint(
                name="organisation_kind_known", condition=Q(kind__in=OrganisationKind.values)
            ),
            models.CheckConstraint(
                name="organisation_uscc_form",
                condition=Q(uscc__isnull=True) | Q(uscc__regex=r"^[0-9A-Z]{18}$"),
            ),
            models.CheckConstraint(
                name="organisation_has_district",
                condition=Q(district__isnull=False)
                | Q(
                    kind__in=[
                        OrganisationKind.SUPERIOR_UNIT,
                        OrganisationKind.CITY_BUREAU,
                        OrganisationKind.FINANCE,
                        OrganisationKind.AUDITOR,
                    ]
                ),
            ),
            models.CheckConstraint(
                name="organisation_not_its_own_superior",
                condition=Q(superior__isnull=True) | ~Q(superior=F("id")),
            ),
        ]
        indexes = [models.Index(fields=["kind", "district", "name_pinyin"], name="organisation_listing")]

    def __str__(self) -> str:
        return self.name

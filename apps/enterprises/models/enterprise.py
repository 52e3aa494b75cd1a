"""The employer: what it does, how large it is, whether it may apply."""

from typing import Self

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.actors import Actor
from apps.accounts.models import Organisation
from apps.accounts.scopes import scope_q
from apps.enterprises.enums import Size, Standing


class EnterpriseQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """The own enterprise, those of the district, those of the superior unit, or all of the city."""
        return self.filter(
            scope_q(
                actor,
                district="organisation__district_id",
                enterprise="organisation_id",
                institution=None,
                superior="organisation__superior_id",
            )
        )


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent())
class Enterprise(models.Model):
    """An enterprise; name, credit code, district and superior unit stand with its organisation.

    `standing_from` and `standing_until` are the days between which a standing other than good applies.
    """

    organisation = models.OneToOneField(
        Organisation,
        models.PROTECT,
        primary_key=True,
        related_name="enterprise",
        verbose_name=_("Organisation"),
    )
    industry_code = models.CharField(_("Industry code"), max_length=6)
    size = models.CharField(_("Size"), max_length=8, choices=Size.choices)
    address = models.CharField(_("Address"), max_length=200, blank=True)
    legal_representative = models.CharField(_("Legal representative"), max_length=50, blank=True)
    contact_name = models.CharField(_("Contact"), max_length=50, blank=True)
    contact_phone = models.CharField(_("Contact telephone"), max_length=20, blank=True)
    employees = models.PositiveIntegerField(_("Number of employees"), null=True, blank=True)
    standing = models.CharField(_("Standing"), max_length=10, choices=Standing.choices, default=Standing.GOOD)
    standing_reason = models.CharField(_("Reason of the standing"), max_length=300, blank=True)
    standing_from = models.DateField(_("Standing since"), null=True, blank=True)
    standing_until = models.DateField(_("Standing until"), null=True, blank=True)

    objects = EnterpriseQuerySet.as_manager()

    class Meta:
        verbose_name = _("Enterprise")
        verbose_name_plural = _("Enterprises")
        constraints = [
            models.CheckConstraint(name="enterprise_size_known", condition=Q(size__in=Size.values)),
            models.CheckConstraint(
                name="enterprise_standing_explained",
                condition=Q(standing=Standing.GOOD, standing_until__isnull=True)
                | Q(standing__in=[Standing.SUSPENDED, Standing.REMOVED], standing_from__isnull=False)
                & ~Q(standing_reason=""),
            ),
            models.CheckConstraint(
                name="enterprise_standing_span",
                condition=Q(standing_until__isnull=True) | Q(standing_until__gte=F("standing_from")),
            ),
        ]

    def __str__(self) -> str:
        return self.organisation.name

"""Keys with which programs act for a membership."""

from typing import Self

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.actors import Actor
from apps.accounts.models.membership import Membership
from apps.accounts.roles import Role
from apps.core import clock


class ApiTokenQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """One's own; the security administrator sees all."""
        if actor is None:
            return self.none()
        if actor.is_system or actor.role == Role.SECURITY_ADMIN:
            return self
        return self.filter(membership__user_id=actor.user_id)


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    fields=["prefix", "membership", "scopes", "expires_at", "revoked_at"],
)
class ApiToken(models.Model):
    """A token of one membership, limited to scopes and a date. Only its digest is kept."""

    prefix = models.CharField(_("Prefix"), max_length=12, unique=True)
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    name = models.CharField(_("Purpose"), max_length=80)
    membership = models.ForeignKey(
        Membership, models.PROTECT, related_name="tokens", verbose_name=_("Acts as")
    )
    scopes = ArrayField(models.CharField(max_length=40), verbose_name=_("Scopes"))
    issued_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name=_("Issued by")
    )
    created_at = models.DateTimeField(_("Issued"), default=clock.now, editable=False)
    expires_at = models.DateTimeField(_("Expires"))
    last_used_at = models.DateTimeField(_("Last used"), null=True)
    revoked_at = models.DateTimeField(_("Revoked"), null=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        constraints = [
            models.CheckConstraint(name="api_token_expires", condition=Q(expires_at__gt=F("created_at"))),
            models.CheckConstraint(name="api_token_has_scope", condition=~Q(scopes=[])),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"

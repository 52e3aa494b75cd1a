"""Who did what to the rights, the accounts and the personal data of others, and why."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.core import clock
from apps.core.append_only import AppendOnlyModel
from apps.core.said import SaidCharField


class AccessLogQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """The audit administrator reads all, everybody else what they did themselves."""
        if actor is None:
            return self.none()
        if actor.is_system or actor.role == Role.AUDIT_ADMIN:
            return self
        return self.filter(user_id=actor.user_id) if actor.user_id else self.none()


class AccessLog(AppendOnlyModel):
    """One row for each sign-in, unmasked look, export, refusal and change of rights; never removed.

    Plain ids instead of enforced keys: the row must outlast and never hold up what it tells about.
    """

    at = models.DateTimeField(_("At"), default=clock.now)
    user = models.ForeignKey(
        "accounts.User", models.DO_NOTHING, null=True, related_name="+", db_constraint=False
    )
    person = models.ForeignKey(
        "accounts.Person", models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    role = models.CharField(_("Role"), max_length=32, choices=Role.choices, blank=True)
    district_code = models.CharField(_("District"), max_length=6, blank=True)
    action = models.CharField(_("Action"), max_length=48)
    subject_type = models.CharField(_("Subject"), max_length=60, blank=True)
    subject_id = models.CharField(max_length=60, blank=True)
    reason = SaidCharField(_("Reason"), max_length=500, blank=True)
    ip = models.GenericIPAddressField(pgettext_lazy("network", "Address"), null=True)
    request_id = models.CharField(max_length=64, blank=True)

    objects = AccessLogQuerySet.as_manager()

    class Meta(AppendOnlyModel.Meta):
        verbose_name = _("Access log entry")
        verbose_name_plural = _("Access log")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["action", "-id"], name="access_log_by_action"),
            models.Index(fields=["subject_type", "subject_id", "-id"], name="access_log_by_subject"),
        ]

    @property
    def action_label(self) -> str:
        """The action in the language of the moment."""
        from apps.accounts.enums import action_label

        return action_label(self.action)

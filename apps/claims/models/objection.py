"""An objection to a published line: somebody says that this apprentice should not be paid for."""

from typing import Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.access import scope_q
from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.casework.models import Case, CaseQuerySet
from apps.casework.triggers import state_triggers
from apps.claims.enums import HOLDING, SIGNED, ObjectionChannel, ObjectionState
from apps.claims.notice_guards import objection_guard
from apps.claims.objection_transitions import OBJECTION_TRANSITIONS
from apps.core.fields import EncryptedTextField
from apps.policy.models import PolicyDocument

REASON_MAX = 2000
# Whoever is objected to learns that an objection holds the line, and how it ended; not who made it or how.
_OFFICE = frozenset(
    {Role.DISTRICT_REVIEWER, Role.DISTRICT_SUPERVISOR, Role.CITY_OFFICER, Role.AUDITOR, Role.FINANCE_OFFICER}
)


class ObjectionQuerySet(CaseQuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """The district's, for its office and its finance; the city's; those of an audit."""
        if actor is None or actor.role not in _OFFICE:
            return self.none()
        return self.filter(scope_q(actor, district="district_id"))

    def holding(self) -> Self:
        """Those that keep a line from being signed."""
        return self.filter(state__in=HOLDING)

    def signed_over(self) -> Self:
        """Those whose apprentice a claim pays that was signed since they came in: the inverse of I16e."""
        return self.filter(Exists(_signed_lines()))

    def with_reopenable(self) -> Self:
        """Each with `reopenable`: it was decided, and nothing was signed since; for lists."""
        return self.annotate(reopenable=~Q(state=ObjectionState.OPEN) & ~Exists(_signed_lines()))


def _signed_lines() -> models.QuerySet:
    lines = apps.get_model("claims.ClaimLine")._default_manager.filter(amount_fen__gt=0)
    of_it = Q(claim=OuterRef("claim")) | Q(claim__approved_on__gte=OuterRef("received_on"))
    return lines.filter(of_it, enrolment=OuterRef("enrolment"), claim__state__in=SIGNED)


class Objection(Case):
    """One objection to one published line. Open or upheld, it holds that line and no other.

    `number` is the receipt that the objector keeps: it cannot be guessed, and tells how the objection ended.
    """

    number = models.CharField(_("Receipt number"), max_length=32, unique=True)
    state = models.CharField(
        _("State"), max_length=32, choices=ObjectionState.choices, default=ObjectionState.OPEN
    )
    line = models.ForeignKey("claims.NoticeLine", models.PROTECT, related_name="objections")
    claim = models.ForeignKey("claims.Claim", models.PROTECT, related_name="objections")
    enrolment = models.ForeignKey("apprentices.Enrolment", models.PROTECT, related_name="objections")
    enterprise = models.ForeignKey("enterprises.Enterprise", models.PROTECT, related_name="+", db_index=False)
    channel = models.CharField(_("Came in"), max_length=16, choices=ObjectionChannel.choices)
    objector_name = EncryptedTextField(_("Name of the objector"))
    objector_contact = EncryptedTextField(_("How the objector is reached"))
    reason = models.TextField(_("Reason of the objection"), max_length=REASON_MAX)
    file = models.ForeignKey("core.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    received_on = models.DateField(pgettext_lazy("objection", "Received"))
    entered_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("Objection")
        triggers = [*state_triggers(OBJECTION_TRANSITIONS), objection_guard()]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ObjectionState.values), name="objection_state_known"
            ),
            models.CheckConstraint(
                condition=Q(channel=ObjectionChannel.PUBLIC, entered_by__isnull=True)
                | Q(channel=ObjectionChannel.OFFICE, entered_by__isnull=False),
                name="objection_entered_by_the_office",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="objection_has_a_reason"),
        ]
        indexes = [
            models.Index(fields=["district", "state", "deadline_on", "id"], name="objection_queue"),
            models.Index(fields=["enrolment"], condition=Q(state__in=HOLDING), name="objection_that_holds"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def policy_document(self) -> PolicyDocument:
        """The document under which the line was published, by which deadlines run."""
        return self.line.notice.policy_document

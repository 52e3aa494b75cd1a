"""What an enrolment may cost the public in all: counters that the database keeps under their cap."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _


class Entitlement(models.Model):
    """One row per enrolment with a claim; locked and counted in the transaction that moves the money.

    `committed_fen` is approved and not yet paid; `due_fen` is known once the result is. The checks hold
    whoever else writes at the same moment, which a sum over rows would not.
    """

    enrolment = models.OneToOneField(
        "apprentices.Enrolment", models.PROTECT, primary_key=True, related_name="entitlement"
    )
    district = models.ForeignKey("accounts.District", models.PROTECT, related_name="+", db_index=False)
    standard_fen = models.BigIntegerField(_("Standard"))
    advance_fen = models.BigIntegerField(_("Advance"))
    due_fen = models.BigIntegerField(_("Due"), null=True)
    committed_fen = models.BigIntegerField(_("Committed"), default=0)
    paid_fen = models.BigIntegerField(_("Paid"), default=0)
    to_recover_fen = models.BigIntegerField(_("To recover"), default=0)
    recovered_fen = models.BigIntegerField(_("Recovered"), default=0)

    class Meta:
        verbose_name = _("Entitlement")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    standard_fen__gte=0,
                    advance_fen__gte=0,
                    committed_fen__gte=0,
                    paid_fen__gte=0,
                    to_recover_fen__gte=0,
                    recovered_fen__gte=0,
                    recovered_fen__lte=F("paid_fen"),
                ),
                name="entitlement_counts_up_from_nothing",
            ),
            models.CheckConstraint(
                condition=Q(standard_fen__gte=F("committed_fen") + F("paid_fen") - F("recovered_fen")),
                name="entitlement_under_its_cap",
            ),
            models.CheckConstraint(
                condition=Q(due_fen__isnull=False)
                | Q(advance_fen__gte=F("committed_fen") + F("paid_fen") - F("recovered_fen")),
                name="only_the_advance_before_the_result",
            ),
            models.CheckConstraint(
                condition=Q(due_fen__isnull=True)
                | Q(committed_fen__lte=Greatest(F("due_fen") - F("paid_fen") + F("recovered_fen"), 0)),
                name="entitlement_never_over_what_is_due",
            ),
        ]

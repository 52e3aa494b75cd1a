"""Differences between the sides, one row each as long as they are seen, and what happened to them."""

from typing import Any

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Abs
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.roles import Role
from apps.core.append_only import AppendOnlyModel
from apps.core.said import SaidTextField
from apps.core.triggers import Guard
from apps.reconciliation.enums import BreakKind, BreakState
from apps.reconciliation.models.run import DistrictQuerySet, Run

# Who acts comes from the settings of the transaction that casework.acting writes; a run leaves them empty.
_HISTORY = """
    INSERT INTO public.reconciliation_breakevent
        (difference_id, state, rule, amount_fen, run_id, person_id, note, at)
    SELECT n.id, n.state, n.rule, n.amount_fen, n.last_run_id,
           nullif(current_setting('shitu.person_id', true), '')::bigint,
           coalesce(current_setting('shitu.reason', true), ''), clock_timestamp()
      FROM new_rows n {join}
     WHERE {changed}
     ORDER BY n.id;
    RETURN NULL;
"""
_CHANGED = (
    "(n.state, n.rule, n.amount_fen, n.taken_by_id) IS DISTINCT FROM"
    " (o.state, o.rule, o.amount_fen, o.taken_by_id)"
)
_STANDS = """
    IF (OLD.key, OLD.kind, OLD.first_seen, OLD.first_run_id)
       IS DISTINCT FROM (NEW.key, NEW.kind, NEW.first_seen, NEW.first_run_id) THEN
        RAISE EXCEPTION 'a difference stays what it is and began when it began'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'reconciliation_break_stands';
    END IF;
    RETURN NEW;
"""
_KEPT = """
    RAISE EXCEPTION 'a difference is closed, never removed'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'reconciliation_break_stands';
"""


def _key(to: str) -> Any:
    return models.ForeignKey(to, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)


class Break(models.Model):
    """One difference (差异), known again in every run by its key.

    `ours_fen` is what our books, orders or claims say and `theirs_fen` what the other side says, with the
    sign that the money has for the account; `amount_fen` is the second less the first.
    """

    key = models.CharField(max_length=80, unique=True)
    kind = models.CharField(_("Kind"), max_length=20, choices=BreakKind.choices)
    state = models.CharField(_("State"), max_length=10, choices=BreakState.choices, default=BreakState.OPEN)
    district = models.ForeignKey(
        "accounts.District",
        models.PROTECT,
        null=True,
        verbose_name=_("District"),
        related_name="+",
        db_index=False,
    )
    fund = _key("ledger.Fund")
    batch = models.ForeignKey("banking.PaymentBatch", models.PROTECT, null=True, related_name="+")
    day = models.DateField(_("Day"))
    ours_fen = models.BigIntegerField(_("Our side"))
    theirs_fen = models.BigIntegerField(pgettext_lazy("difference", "Other side"))
    amount_fen = models.BigIntegerField(pgettext_lazy("amount", "Difference"))
    # What a list is sorted by: how much, whichever way.
    size_fen = models.GeneratedField(
        expression=Abs("amount_fen"), output_field=models.BigIntegerField(), db_persist=True
    )
    claim = _key("claims.Claim")
    order = _key("payouts.PaymentOrder")
    receipt = _key("payouts.RecoveryReceipt")
    line = models.ForeignKey("banking.StatementLine", models.PROTECT, null=True, related_name="breaks")
    paying_account = _key("banking.PayingAccount")
    transaction = _key("ledger.Transaction")
    item = _key("reconciliation.Correction")
    owner_role = models.CharField(_("Owner"), max_length=32, choices=Role.choices)
    taken_by = models.ForeignKey(
        "accounts.Person", models.PROTECT, null=True, blank=True, verbose_name=_("Taken by"), related_name="+"
    )
    taken_on = models.DateField(_("Taken on"), null=True, blank=True)
    rule = models.CharField(_("Rule"), max_length=40, blank=True)
    first_seen = models.DateField(_("First seen"))
    last_seen = models.DateField(_("Last seen"))
    first_run = models.ForeignKey(Run, models.PROTECT, related_name="+", db_index=False)
    last_run = models.ForeignKey(Run, models.PROTECT, related_name="+", db_index=False)
    closed_on = models.DateField(_("Closed on"), null=True, blank=True)

    objects = DistrictQuerySet.as_manager()

    class Meta:
        verbose_name = _("Difference")
        ordering = ["day", "id"]
        triggers = [
            Guard(
                name="stands",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=_STANDS,
            ),
            Guard(
                name="kept",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func=_KEPT,
            ),
            Guard(
                name="began",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_rows"),
                func=_HISTORY.format(join="", changed="true"),
            ),
            Guard(
                name="moved",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
                func=_HISTORY.format(join="JOIN old_rows o ON o.id = n.id", changed=_CHANGED),
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=BreakKind.values), name="break_kind_known"),
            models.CheckConstraint(
                condition=Q(amount_fen=F("theirs_fen") - F("ours_fen")), name="break_is_the_difference"
            ),
            models.CheckConstraint(
                name="break_closed_for_a_reason",
                condition=Q(state=BreakState.OPEN, rule="", closed_on=None)
                | Q(state=BreakState.EXPLAINED, closed_on=None) & ~Q(rule="")
                | Q(state__in=[BreakState.CORRECTED, BreakState.GONE], closed_on__isnull=False),
            ),
            models.CheckConstraint(
                name="break_taken_by_somebody",
                condition=Q(taken_by=None, taken_on=None) | Q(taken_by__isnull=False, taken_on__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "day", "id"], name="break_by_age"),
            models.Index(fields=["state", "-size_fen", "-id"], name="break_by_size"),
            models.Index(fields=["district", "state", "day"], name="break_by_district"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"

    @property
    def stands(self) -> bool:
        """Whether it was still there in the last run."""
        return self.state in (BreakState.OPEN, BreakState.EXPLAINED)


class BreakEvent(AppendOnlyModel):
    """What happened to a difference: written by the database as it changes, never by a program."""

    difference = models.ForeignKey(Break, models.PROTECT, related_name="events")
    state = models.CharField(_("State"), max_length=10, choices=BreakState.choices)
    rule = models.CharField(_("Rule"), max_length=40, blank=True)
    amount_fen = models.BigIntegerField(pgettext_lazy("amount", "Difference"))
    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="+", db_index=False)
    person = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    note = SaidTextField(blank=True)
    at = models.DateTimeField()

    class Meta(AppendOnlyModel.Meta):
        verbose_name = _("Event of a difference")
        ordering = ["id"]

"""A correction of a difference: typed, with a document, posted by the signature of a second person."""

from typing import Any

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.casework.enums import PaperState
from apps.casework.models import TwoPersonPaper, of_two_persons
from apps.casework.triggers import state_triggers
from apps.core.triggers import Guard
from apps.reconciliation.enums import OF_A_MATCH, UNDONE_BY, CorrectionKind
from apps.reconciliation.models.run import DistrictQuerySet
from apps.reconciliation.transitions import CORRECTION_TRANSITIONS

_FIXED = (
    "number",
    "district_id",
    "kind",
    "difference_id",
    "fund_id",
    "amount_fen",
    "line_id",
    "order_id",
    "transaction_id",
    "item_id",
    "recovery_id",
    "receipt_id",
    "paying_account_id",
    "undoes_id",
    "document",
    "explanation",
    "requested_by_id",
)
# Money that was paid back by mistake lies in suspense again, once what was posted for that is reversed.
_CLEARING_UNDONE = """
    EXISTS (SELECT FROM public.reconciliation_correction AS undoing
              JOIN public.reconciliation_correction AS wrong ON wrong.id = undoing.undoes_id
              JOIN public.ledger_transaction AS back
                ON back.reverses_id = wrong.posted_id AND back.key = 'correction:' || undoing.id
             WHERE undoing.kind = 'undo_payback' AND wrong.id = OLD.cleared_by_id)
"""
_CONTENT_STANDS = f"""
    IF ({", ".join(f"OLD.{name}" for name in _FIXED)})
       IS DISTINCT FROM ({", ".join(f"NEW.{name}" for name in _FIXED)})
       OR (OLD.posted_id IS NOT NULL AND NEW.posted_id IS DISTINCT FROM OLD.posted_id)
       OR (OLD.cleared_by_id IS NOT NULL AND NEW.cleared_by_id IS DISTINCT FROM OLD.cleared_by_id
           AND NOT (NEW.cleared_by_id IS NULL AND {_CLEARING_UNDONE})) THEN
        RAISE EXCEPTION 'a correction stays as it was written: withdraw it and write another one'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'reconciliation_correction_stands';
    END IF;
    RETURN NEW;
"""
_UNDER_WAY = [PaperState.DRAFT, PaperState.SUBMITTED]


def _key(to: str) -> Any:
    return models.ForeignKey(to, models.PROTECT, null=True, blank=True, related_name="+")


class Correction(TwoPersonPaper):
    """How one difference is corrected, or one movement that was matched wrongly without differing.

    Only its signature posts; a mistake in it is corrected by another: `undoes` says which one is undone.

    What the kind needs is named: `line`, `order`, `transaction`, `item`, `receipt`. One that took money
    to suspense is the item itself: `cleared_by` is the correction by which the money left again.
    """

    number = models.CharField(_("Number of the correction"), max_length=40, unique=True)
    kind = models.CharField(_("Kind"), max_length=12, choices=CorrectionKind.choices)
    difference = models.ForeignKey(
        "reconciliation.Break",
        models.PROTECT,
        verbose_name=_("Difference"),
        related_name="corrections",
        null=True,
    )
    fund = models.ForeignKey(
        "ledger.Fund", models.PROTECT, null=True, blank=True, verbose_name=_("Fund"), related_name="+"
    )
    amount_fen = models.BigIntegerField(_("Amount"))
    line = _key("banking.StatementLine")
    order = _key("payouts.PaymentOrder")
    transaction = _key("ledger.Transaction")
    item = _key("self")
    recovery = _key("payouts.Recovery")
    receipt = _key("payouts.RecoveryReceipt")
    paying_account = _key("banking.PayingAccount")
    undoes = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="undone_by", verbose_name=_("Undoes")
    )
    explanation = models.CharField(_("Explanation"), max_length=300)
    posted = models.OneToOneField(
        "ledger.Transaction", models.PROTECT, null=True, blank=True, related_name="+"
    )
    cleared_by = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="clears", verbose_name=_("Cleared by")
    )

    objects = DistrictQuerySet.as_manager()

    class Meta:
        verbose_name = _("Correction")
        ordering = ["-id"]
        triggers = [
            *state_triggers(CORRECTION_TRANSITIONS),
            Guard(
                name="content_stands",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=_CONTENT_STANDS,
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=PaperState.values), name="correction_state_known"),
            models.CheckConstraint(condition=Q(kind__in=CorrectionKind.values), name="correction_kind_known"),
            models.CheckConstraint(condition=~Q(document=""), name="correction_names_document"),
            of_two_persons("correction_of_two_persons"),
            models.CheckConstraint(
                name="correction_posts_when_signed",
                condition=Q(posted=None) | Q(state=PaperState.SIGNED),
            ),
            models.CheckConstraint(
                name="only_suspense_is_cleared",
                condition=Q(cleared_by=None) | Q(kind=CorrectionKind.SUSPENSE, posted__isnull=False),
            ),
            models.CheckConstraint(
                name="correction_names_what_it_corrects",
                condition=Q(difference__isnull=False)
                | Q(difference=None, line__isnull=False, kind__in=OF_A_MATCH)
                | Q(difference=None, undoes__isnull=False),
            ),
            models.CheckConstraint(
                name="correction_names_what_it_undoes",
                condition=Q(kind__in=tuple(UNDONE_BY.values()), undoes__isnull=False, difference=None)
                | ~Q(kind__in=tuple(UNDONE_BY.values())) & Q(undoes=None),
            ),
            models.UniqueConstraint(
                fields=["undoes"],
                condition=Q(state__in=[*_UNDER_WAY, PaperState.SIGNED]),
                name="correction_undone_once",
            ),
            models.CheckConstraint(
                name="correction_names_the_receipt",
                condition=Q(kind=CorrectionKind.UNDO_RECEIPT, receipt__isnull=False)
                | ~Q(kind=CorrectionKind.UNDO_RECEIPT) & Q(receipt=None),
            ),
            models.UniqueConstraint(
                fields=["line"],
                condition=Q(state__in=_UNDER_WAY, difference=None),
                name="one_undoing_under_way",
            ),
            models.UniqueConstraint(
                fields=["difference"],
                condition=Q(state__in=_UNDER_WAY),
                name="one_correction_under_way",
            ),
        ]
        indexes = [models.Index(fields=["district", "state", "-id"], name="correction_by_district")]

    def __str__(self) -> str:
        return self.number

    @property
    def key(self) -> str:
        """The key under which the ledger knows it."""
        return f"correction:{self.pk}"

    @property
    def in_suspense(self) -> bool:
        """Whether its money still lies in suspense."""
        return (
            self.kind == CorrectionKind.SUSPENSE
            and self.state == PaperState.SIGNED
            and self.cleared_by_id is None
        )

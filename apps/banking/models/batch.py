"""A payment batch and its entries: what one payment file holds."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.access import scope_q
from apps.accounts.actors import Actor
from apps.banking.answer_guards import answered_guard
from apps.banking.enums import BatchState, EntryState
from apps.banking.guards import batch_guards, entry_guards, from_a_signed_account
from apps.banking.transitions import BATCH_TRANSITIONS
from apps.casework.models import Case, CaseQuerySet
from apps.casework.triggers import state_triggers
from apps.core.fields import EncryptedTextField

_MADE = [BatchState.DRAFT, BatchState.CANCELLED]


class PaymentBatchQuerySet(CaseQuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """A district's batches; all of them to the city."""
        return self.filter(scope_q(actor, enterprise=None, institution=None))


class PaymentBatch(Case):
    """The payments of one district that go to the bank in one file.

    Made up, checked and signed by three people. The signature freezes it: number, count, control total and
    the sha256 of the file, which is kept sealed. Who pays is copied from the account, so that the file can
    be made again to the byte.
    """

    state = models.CharField(_("State"), max_length=32, choices=BatchState.choices, default=BatchState.DRAFT)
    number = models.CharField(_("Batch number"), max_length=32, unique=True)
    paying_account = models.ForeignKey("banking.PayingAccount", models.PROTECT, related_name="batches")
    profile_key = models.SlugField(_("Bank's forms"), max_length=40, db_index=False)
    profile_sha256 = models.CharField(max_length=64)
    payer_name = models.CharField(_("Payer"), max_length=120)
    payer_account = EncryptedTextField(_("Payer's account"))
    payer_bank = models.CharField(_("Payer's bank"), max_length=120)
    payer_bank_code = models.CharField(max_length=12, blank=True)
    pay_on = models.DateField(_("To be paid on"))
    count = models.PositiveIntegerField(_("Number of payments"), default=0)
    total_fen = models.BigIntegerField(_("Control total"), default=0)
    file = models.ForeignKey("core.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    file_sha256 = models.CharField(_("SHA-256 of the file"), max_length=64, blank=True)
    frozen_on = models.DateField(_("Frozen on"), null=True, blank=True)
    sent_on = models.DateField(_("Handed to the bank on"), null=True, blank=True)
    made_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    maker = models.ForeignKey(
        "accounts.Person", models.PROTECT, related_name="+", verbose_name=_("Made up by")
    )
    checker = models.ForeignKey(
        "accounts.Person",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Checked by"),
    )
    signer = models.ForeignKey(
        "accounts.Person",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Signed by"),
    )

    objects = PaymentBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("Payment batch")
        triggers = [*state_triggers(BATCH_TRANSITIONS), *batch_guards(), from_a_signed_account()]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=BatchState.values), name="batch_state_known"),
            models.CheckConstraint(
                name="batch_of_three_people",
                condition=(Q(checker=None) | ~Q(checker=F("maker")))
                & (Q(signer=None) | (~Q(signer=F("maker")) & ~Q(signer=F("checker")))),
            ),
            models.CheckConstraint(
                name="batch_checked_by_somebody",
                condition=Q(state__in=_MADE) | Q(checker__isnull=False),
            ),
            models.CheckConstraint(
                name="batch_frozen_with_its_file",
                condition=Q(state__in=[*_MADE, BatchState.CHECKED])
                | Q(signer__isnull=False, file__isnull=False, frozen_on__isnull=False)
                & Q(file_sha256__regex=r"^[0-9a-f]{64}$"),
            ),
            models.CheckConstraint(condition=Q(total_fen__gte=0), name="batch_total_counts_up"),
        ]
        indexes = [
            models.Index(fields=["district", "state", "-id"], name="batch_by_district"),
        ]

    def __str__(self) -> str:
        return self.number


class BatchEntry(models.Model):
    """One payment in a batch, as it stands in the file, and what the bank answered.

    An order is in one live batch at most. `live` ends when the entry is taken out before the file leaves.
    """

    batch = models.ForeignKey(PaymentBatch, models.PROTECT, related_name="entries", db_index=False)
    order = models.ForeignKey("payouts.PaymentOrder", models.PROTECT, related_name="entries")
    position = models.PositiveIntegerField(_("Line"))
    order_number = models.CharField(_("Order number"), max_length=40)
    payee_name = models.CharField(_("Payee"), max_length=120)
    payee_bank = models.CharField(_("Bank"), max_length=120)
    payee_bank_code = models.CharField(max_length=12, blank=True)
    payee_fingerprint = models.CharField(max_length=64)
    amount_fen = models.BigIntegerField(_("Amount"))
    purpose = models.CharField(_("Purpose"), max_length=60)
    live = models.BooleanField(default=True)
    state = models.CharField(
        _("State"), max_length=16, choices=EntryState.choices, default=EntryState.WAITING
    )
    paid_on = models.DateField(_("Paid on"), null=True, blank=True)
    bank_serial = models.CharField(_("Bank's serial number"), max_length=64, blank=True)
    reason = models.CharField(_("The bank's reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("Payment of a batch")
        triggers = [*entry_guards(), answered_guard()]
        constraints = [
            models.UniqueConstraint(fields=["order"], condition=Q(live=True), name="order_in_one_live_batch"),
            models.UniqueConstraint(fields=["batch", "position"], name="batch_position_once"),
            models.UniqueConstraint(
                fields=["bank_serial"], condition=~Q(bank_serial=""), name="entry_serial_counts_once"
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="entry_pays_something"),
            models.CheckConstraint(
                name="entry_answer_is_whole",
                condition=Q(state=EntryState.WAITING, paid_on=None, bank_serial="", reason="")
                | Q(state=EntryState.PAID, paid_on__isnull=False, reason="") & ~Q(bank_serial="")
                | Q(state=EntryState.FAILED, paid_on=None) & ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return self.order_number

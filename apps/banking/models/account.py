"""The account that payments come from: a district's or the city's, with its bank's profile."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.access import scope_q
from apps.accounts.actors import Actor
from apps.banking.guards import account_guard
from apps.core.fields import BlindIndexField, EncryptedTextField


class PayingAccountQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """A district's accounts; all of them to the city."""
        return self.filter(scope_q(actor, enterprise=None, institution=None))

    def in_use(self) -> Self:
        """Those from which payments are made today: a second person signed for them."""
        return self.filter(retired_on=None, confirmed_on__isnull=False)


class PayingAccount(models.Model):
    """An account of the treasury at a bank. Replaced, never edited; signed for before anything is paid.

    Without a district it is the city's. With a fund it pays only orders that come wholly out of that fund.
    `profile_key` names the bank's forms in `fixtures/banks`.
    """

    district = models.ForeignKey(
        "accounts.District",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("District"),
    )
    fund = models.ForeignKey(
        "ledger.Fund", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Fund")
    )
    profile_key = models.SlugField(_("Bank's forms"), max_length=40)
    account_name = models.CharField(_("Account holder"), max_length=120)
    account_number = EncryptedTextField(_("Account number"))
    account_index = BlindIndexField(editable=False)
    bank_name = models.CharField(_("Bank and branch"), max_length=120)
    bank_code = models.CharField(_("Bank code (12 digits)"), max_length=12, blank=True)
    entered_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(pgettext_lazy("paying account", "Entered"), auto_now_add=True)
    # The people, since two accounts of one person are no two signatures.
    enterer = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    confirmed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    confirmer = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    confirmed_on = models.DateField(_("Signed on"), null=True, blank=True)
    retired_on = models.DateField(_("Out of use since"), null=True, blank=True)

    objects = PayingAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("Paying account")
        constraints = [
            models.UniqueConstraint(
                fields=["account_index"], condition=Q(retired_on=None), name="paying_account_once"
            ),
            models.CheckConstraint(
                name="paying_account_code_form",
                condition=Q(bank_code="") | Q(bank_code__regex=r"^[0-9]{12}$"),
            ),
            models.CheckConstraint(
                name="paying_account_two_people",
                condition=Q(confirmed_on=None, confirmed_by=None, confirmer=None)
                | Q(
                    confirmed_on__isnull=False,
                    confirmed_by__isnull=False,
                    confirmer__isnull=False,
                    enterer__isnull=False,
                )
                & ~Q(confirmer=F("enterer")),
            ),
        ]
        triggers = [account_guard()]

    def __str__(self) -> str:
        return f"{self.account_name} {self.masked_number}"

    @property
    def masked_number(self) -> str:
        """The number as screens show it."""
        from apps.core.identifiers import mask_account

        return mask_account(self.account_number)

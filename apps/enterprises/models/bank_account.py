"""Where the money of an organisation goes."""

from typing import Self

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.actors import Actor
from apps.accounts.models import Organisation, Person, User
from apps.accounts.scopes import scope_q
from apps.core import clock
from apps.core.fields import BlindIndexField, EncryptedTextField
from apps.core.triggers import Guard
from apps.enterprises.enums import BankAccountState

# Reasons that the system gives; people read them in their language (`why_retired`).
REPLACED = "replaced"
REPLACED_UNCONFIRMED = "replaced before it was confirmed"
_IN_WORDS = {
    REPLACED: _("Replaced by the account that was confirmed after it"),
    REPLACED_UNCONFIRMED: _("Replaced by another before it was confirmed"),
}


class BankAccountQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """The own organisation's accounts, the district's, or all of the city's."""
        return self.filter(
            scope_q(
                actor,
                district="organisation__district_id",
                enterprise="organisation_id",
                institution="organisation_id",
                superior="organisation__superior_id",
            )
        )


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    exclude=["account_number", "account_index"],
)
class BankAccount(models.Model):
    """A payee account, entered by one person and confirmed by another; never edited, only replaced.

    The number is sealed. `account_index` finds the same number anywhere; `fingerprint` is the keyed hash
    of payee name and number that an approval of money stores, so that a swap shows.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="bank_accounts", verbose_name=_("Organisation")
    )
    account_name = models.CharField(_("Account holder"), max_length=120)
    account_number = EncryptedTextField(_("Account number"))
    account_index = BlindIndexField(editable=False, db_index=True)
    fingerprint = models.CharField(max_length=64, editable=False)
    bank_name = models.CharField(_("Bank and branch"), max_length=120)
    bank_code = models.CharField(_("Bank code (12 digits)"), max_length=12, blank=True)
    state = models.CharField(
        _("State"), max_length=10, choices=BankAccountState.choices, default=BankAccountState.PENDING
    )
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    enterer = models.ForeignKey(Person, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(_("Entered"), default=clock.now)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmer = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(_("Confirmed"), null=True)
    retired_at = models.DateTimeField(_("Retired"), null=True)
    retired_reason = models.CharField(_("Reason"), max_length=300, blank=True)

    objects = BankAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("Bank account")
        verbose_name_plural = _("Bank accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(state=BankAccountState.CONFIRMED),
                name="bank_account_confirmed_once",
            ),
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(state=BankAccountState.PENDING),
                name="bank_account_pending_once",
            ),
            models.CheckConstraint(
                name="bank_account_state_with_signs",
                condition=Q(state=BankAccountState.PENDING, confirmer__isnull=True, retired_at__isnull=True)
                | Q(
                    state=BankAccountState.CONFIRMED,
                    confirmer__isnull=False,
                    confirmed_at__isnull=False,
                    retired_at__isnull=True,
                )
                | Q(state=BankAccountState.RETIRED, retired_at__isnull=False),
            ),
            models.CheckConstraint(
                name="bank_account_confirmed_by_another",
                condition=Q(confirmer__isnull=True) | ~Q(confirmer=F("enterer")),
            ),
            models.CheckConstraint(
                name="bank_account_code_form", condition=Q(bank_code="") | Q(bank_code__regex=r"^[0-9]{12}$")
            ),
        ]
        triggers = [
            Guard(
                name="bank_account_fixed",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "((OLD.organisation_id, OLD.account_name, OLD.account_index, OLD.fingerprint)"
                    " IS DISTINCT FROM"
                    " (NEW.organisation_id, NEW.account_name, NEW.account_index, NEW.fingerprint)"
                    " OR OLD.bank_name <> NEW.bank_name OR OLD.bank_code <> NEW.bank_code"
                    " OR OLD.enterer_id <> NEW.enterer_id"
                    " OR (OLD.state = 'retired' AND NEW.state <> 'retired')"
                    " OR (OLD.state = 'confirmed' AND NEW.state = 'pending'))"
                ),
                func="""
                    RAISE EXCEPTION 'a bank account is replaced, not edited'
                        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'bank_account_fixed';
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_name} {self.masked_number}"

    @property
    def why_retired(self) -> str:
        """The reason as screens show it."""
        return str(_IN_WORDS.get(self.retired_reason, self.retired_reason))

    @property
    def masked_number(self) -> str:
        """The number as screens show it."""
        from apps.core.identifiers import mask_account

        return mask_account(self.account_number)

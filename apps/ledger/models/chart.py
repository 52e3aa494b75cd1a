"""The chart: which accounts there are, and which funds the money belongs to. Both are data."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.ledger.enums import DEBIT_KINDS, AccountKind


class _Named(models.Model):
    """A row that is known by its code and shown by its name in the reader's language."""

    code = models.CharField(_("chart code"), max_length=32, primary_key=True)
    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=100)
    position = models.PositiveSmallIntegerField(_("place in the list"), default=0)

    class Meta:
        abstract = True
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the language of the moment."""
        return self.name if (get_language() or "").startswith("zh") else self.name_en


class Fund(_Named):
    """A source of money whose books balance on their own (a dedicated account, a subsidy fund)."""

    class Meta(_Named.Meta):
        verbose_name = _("fund")
        verbose_name_plural = _("funds")


class Account(_Named):
    """An account of the chart. The same chart serves every fund and every district."""

    kind = models.CharField(_("kind of account"), max_length=10, choices=AccountKind)

    class Meta(_Named.Meta):
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=AccountKind.values), name="ledger_account_kind_known"
            )
        ]

    @property
    def grows_by_debit(self) -> bool:
        """Whether a debit increases it (assets, expenses)."""
        return self.kind in DEBIT_KINDS

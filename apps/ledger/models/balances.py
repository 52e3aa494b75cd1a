"""Kept balances, so that a trial balance does not add up the whole ledger.

Only the database writes here: each statement that posts legs appends its sums to `BalanceDelta`, and
`ledger_fold()` moves them into the totals. Appending takes no lock that another posting could wait for,
whereas one counter row under eight writers loses three quarters of the speed. A balance is always total
plus deltas, read in one statement.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.ledger.models.chart import Account, Fund


class _Sums(models.Model):
    """Debits and credits of one account, fund and district."""

    # Read by `apps.core.db`: the application role may only read.
    kept_by_database = True

    account = models.ForeignKey(
        Account,
        verbose_name=_("account"),
        on_delete=models.PROTECT,
        db_column="account_code",
        db_index=False,
        related_name="+",
    )
    fund = models.ForeignKey(
        Fund,
        verbose_name=_("fund"),
        on_delete=models.PROTECT,
        db_column="fund_code",
        db_index=False,
        related_name="+",
    )
    district_code = models.CharField(_("district"), max_length=6)
    debit_fen = models.BigIntegerField(_("debit"))
    credit_fen = models.BigIntegerField(_("credit"))

    class Meta:
        abstract = True


class BalanceDelta(_Sums):
    """What one statement added, not folded into the totals yet.

    That its account and fund exist is checked as it is added; the rows they move into are foreign keys.
    """

    account = models.ForeignKey(
        Account,
        verbose_name=_("account"),
        on_delete=models.PROTECT,
        db_column="account_code",
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    fund = models.ForeignKey(
        Fund,
        verbose_name=_("fund"),
        on_delete=models.PROTECT,
        db_column="fund_code",
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    on = models.DateField(_("date"), db_column="on_date")

    class Meta:
        verbose_name = _("unfolded sum")
        verbose_name_plural = _("unfolded sums")


class Balance(_Sums):
    """All that was ever folded, per account, fund and district."""

    class Meta:
        verbose_name = _("balance")
        verbose_name_plural = _("balances")
        constraints = [
            models.UniqueConstraint(fields=["account", "fund", "district_code"], name="ledger_balance_once"),
        ]


class DayBalance(_Sums):
    """The same per day, for balances as of a date."""

    on = models.DateField(_("date"), db_column="on_date")

    class Meta:
        verbose_name = _("balance of a day")
        verbose_name_plural = _("balances of a day")
        constraints = [
            models.UniqueConstraint(
                fields=["on", "account", "fund", "district_code"], name="ledger_day_balance_once"
            ),
        ]

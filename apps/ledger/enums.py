"""Words of the ledger: kinds of accounts, what may happen to a budget."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountKind(models.TextChoices):
    """The five kinds of accounts of double entry."""

    ASSET = "asset", _("Asset")
    LIABILITY = "liability", _("Liability")
    EQUITY = "equity", _("Net assets")
    INCOME = "income", _("Income")
    EXPENSE = "expense", _("Expense")


# Accounts of these kinds grow on the debit side, all others on the credit side.
DEBIT_KINDS = frozenset({AccountKind.ASSET, AccountKind.EXPENSE})


class MovementKind(models.TextChoices):
    """What changes a budget; each adds to the counters that `BudgetMovement` names."""

    APPROPRIATE = "appropriate", _("Appropriated")
    ADJUST = "adjust", _("Adjusted")
    RESERVE = "reserve", _("Reserved")
    USE = "use", _("Used")
    RELEASE = "release", _("Released")
    REFUND = "refund", _("Refunded")


# These draw on an earlier reservation and name it.
DRAWING_KINDS = frozenset({MovementKind.USE, MovementKind.RELEASE, MovementKind.REFUND})

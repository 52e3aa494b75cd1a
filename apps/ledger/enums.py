"""Words of the ledger: kinds of accounts, what may happen to a budget."""

from django.db import models
from django.utils.translation import pgettext_lazy


class AccountKind(models.TextChoices):
    """The five kinds of accounts of double entry."""

    ASSET = "asset", pgettext_lazy("account", "Asset")
    LIABILITY = "liability", pgettext_lazy("account", "Liability")
    EQUITY = "equity", pgettext_lazy("account", "Net assets")
    INCOME = "income", pgettext_lazy("account", "Income")
    EXPENSE = "expense", pgettext_lazy("account", "Expense")


# Accounts of these kinds grow on the debit side, all others on the credit side.
DEBIT_KINDS = frozenset({AccountKind.ASSET, AccountKind.EXPENSE})


class MovementKind(models.TextChoices):
    """What changes a budget; each adds to the counters that `BudgetMovement` names."""

    APPROPRIATE = "appropriate", pgettext_lazy("budget", "Appropriated")
    ADJUST = "adjust", pgettext_lazy("budget", "Adjusted")
    RESERVE = "reserve", pgettext_lazy("budget", "Reserved")
    USE = "use", pgettext_lazy("budget", "Used")
    RELEASE = "release", pgettext_lazy("budget", "Released")
    REFUND = "refund", pgettext_lazy("budget", "Refunded")
    TAKE_BACK = "take_back", pgettext_lazy("budget", "Refund taken back")


# These draw on an earlier reservation and name it.
DRAWING_KINDS = frozenset(
    {MovementKind.USE, MovementKind.RELEASE, MovementKind.REFUND, MovementKind.TAKE_BACK}
)


class PeriodState(models.TextChoices):
    """Where a month of the books stands."""

    OPEN = "open", pgettext_lazy("period", "Open")
    PROPOSED = "proposed", pgettext_lazy("period", "To be closed, waits for the second person")
    CLOSED = "closed", pgettext_lazy("period", "Closed")

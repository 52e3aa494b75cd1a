"""The database's refusals, in sentences. Guards are named; this is where the names are read."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DataError, IntegrityError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.errors import Conflict, InvalidInput, Refused, ShituError

# Constraint of the database: (code, sentence).
_SENTENCES: dict[str, tuple[str, Promise]] = {
    "ledger_transaction_balances": (
        "unbalanced",
        gettext_lazy("Debits and credits differ. Correct the amounts so that they are equal in every fund."),
    ),
    "ledger_transaction_whole": (
        "legs_incomplete",
        gettext_lazy("A transaction needs at least two legs, posted together and on its own date."),
    ),
    "ledger_transaction_has_legs": (
        "legs_incomplete",
        gettext_lazy("A transaction needs at least two legs, posted together and on its own date."),
    ),
    "ledger_transaction_reversal_mirrors": (
        "reversal_differs",
        gettext_lazy("A reversal repeats every leg of the original with debit and credit exchanged."),
    ),
    "ledger_period_closed": (
        "period_closed",
        gettext_lazy("The books of that month are closed. Post it with a day of an open month."),
    ),
    "ledger_transaction_has_key": ("key_missing", gettext_lazy("Name the transaction by a key.")),
    "ledger_leg_one_side": (
        "amount_invalid",
        gettext_lazy("Each leg is either a debit or a credit, of one fen or more."),
    ),
    "ledger_balancedelta.account_code": (
        "account_unknown",
        gettext_lazy("This account is not in the chart. Load the chart of accounts or choose another."),
    ),
    "ledger_balancedelta.fund_code": (
        "fund_unknown",
        gettext_lazy("This fund does not exist. Choose one of the funds on the list."),
    ),
    "ledger_budget_not_exceeded": (
        "budget_exceeded",
        gettext_lazy("The budget does not cover this amount. Reduce it or have the budget raised first."),
    ),
    "ledger_budget_not_negative": (
        "budget_negative",
        gettext_lazy("The budget would fall below zero. Check the amount."),
    ),
    "ledger_reservation_not_exceeded": (
        "reservation_exceeded",
        gettext_lazy("More would be used or released than was reserved. Check the amount."),
    ),
    "ledger_reservation_refund_not_exceeded": (
        "refund_exceeded",
        gettext_lazy("More would be refunded than was used. Check the amount."),
    ),
    "ledger_reservation_not_negative": (
        "refund_exceeded",
        gettext_lazy("More would be taken back than was refunded. Check the amount."),
    ),
    "ledger_budgetmovement_reservation_known": (
        "reservation_unknown",
        gettext_lazy("There is no such reservation in this fund, district and year."),
    ),
    "ledger_budgetmovement_amount": ("amount_invalid", gettext_lazy("The amount must be one fen or more.")),
}


@contextmanager
def in_sentences() -> Iterator[None]:
    """Turn a refusal of the database into a Refused, Conflict or InvalidInput with a sentence."""
    try:
        yield
    except IntegrityError as error:
        raise _refusal(error) from error
    except DataError as error:
        raise InvalidInput(
            _("A value is too long or too large to be recorded. Check keys, codes and amounts."),
            code="value_too_large",
        ) from error


def constraint_of(error: IntegrityError) -> str:
    """The name of the guard that spoke, or table and column of a value that is missing; else empty."""
    found = getattr(error.__cause__, "diag", None)
    if found is None:
        return ""
    return found.constraint_name or f"{found.table_name}.{found.column_name}"


def _refusal(error: IntegrityError) -> ShituError:
    name = constraint_of(error)
    if name in _SENTENCES:
        code, sentence = _SENTENCES[name]
        return Refused(sentence, code=code)
    if name == "ledger_transaction_reversed_once":
        return Conflict(_("This transaction was reversed before."), code="reversed_before")
    raise error

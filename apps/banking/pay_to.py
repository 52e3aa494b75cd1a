"""Into which account of the treasury an enterprise pays back."""

from django.db.models import F

from apps.banking.models import PayingAccount
from apps.core import rls
from apps.payouts.notice.facts import PayTo


def account_of(district: str) -> int | None:
    """The account in use that the district's money comes back to: its own, else the city's; by its key.

    One without a fund goes before one that belongs to a fund.
    """
    with rls.whole_city():
        rows = PayingAccount.objects.in_use().filter(district__in=[district])
        rows = rows | PayingAccount.objects.in_use().filter(district=None)
        ordered = rows.order_by(F("district").asc(nulls_last=True), F("fund").asc(nulls_first=True), "id")
        return ordered.values_list("pk", flat=True).first()


def read_account(pk: int) -> PayTo | None:
    """Holder, number and bank of an account; one that is out of use now still says what it was."""
    with rls.whole_city():
        found = PayingAccount.objects.filter(pk=pk).first()
    return PayTo(found.account_name, found.account_number, found.bank_name) if found else None

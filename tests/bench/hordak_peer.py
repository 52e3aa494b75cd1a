"""django-hordak doing the same work, in a process of its own beside ours.

It reads one command a line and answers with the seconds that it took: `single 100`, `fill 100000 4000` (how
many transactions, how many of them with a leg on the account whose statement is listed), `balances`,
`balances 14` (as of that day), `statement`.
"""

import os
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta

import django

DAY = date(2023, 1, 1)


class Peer:
    """Hordak's books: eight accounts in the currency of the country."""

    def __init__(self) -> None:
        from django.core.management import call_command
        from hordak.models import Account, AccountType

        call_command("migrate", verbosity=0, interactive=False)
        kinds = [AccountType.expense, AccountType.asset, AccountType.income, AccountType.liability]
        self.accounts = [
            Account.objects.create(name=f"a{n}", code=str(n), type=kinds[n % 4], currencies=["CNY"])
            for n in range(8)
        ]
        self.listed = self.accounts[7]

    def single(self, count: int) -> None:
        """Post by the method that its manual shows."""
        from moneyed import Money

        one, other = self.accounts[:2]
        for number in range(count):
            one.transfer_to(other, Money(number + 1, "CNY"), date=DAY, description="advance")

    def fill(self, count: int, statement: int) -> None:
        """Post in bulk, as quickly as its models allow."""
        from django.db import transaction
        from hordak.models import Leg, Transaction
        from moneyed import Money

        with transaction.atomic():
            heads = Transaction.objects.bulk_create(
                [Transaction(date=DAY + timedelta(days=n % 28), description="advance") for n in range(count)],
                batch_size=5000,
            )
            legs = []
            for number, head in enumerate(heads):
                amount = Money(number + 1, "CNY")
                other = self.listed if number < statement else self.accounts[3 + number % 4]
                legs.append(Leg(transaction=head, account=self.accounts[number % 3], debit=amount))
                legs.append(Leg(transaction=head, account=other, credit=amount))
            Leg.objects.bulk_create(legs, batch_size=5000)

    def balances(self, day: int | None = None) -> None:
        """The balance of every account, now or as of a day."""
        from hordak.models import Account

        as_of = None if day is None else DAY + timedelta(days=day)
        for account in Account.objects.with_balances(as_of=as_of):
            if account.balance is None:
                raise RuntimeError("no balance")

    def statement(self) -> None:
        """Every leg of one account with the balance after it."""
        list(self.listed.legs.with_account_balance_after())


def seconds(work: Callable[[], None]) -> float:
    """How long `work` takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main() -> None:
    """Answer commands until the input ends."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.hordak_settings"
    django.setup()
    peer = Peer()
    for line in sys.stdin:
        verb, *numbers = line.split()
        taken = seconds(lambda verb=verb, numbers=numbers: getattr(peer, verb)(*map(int, numbers)))
        sys.stdout.write(f"{taken}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

"""`manage.py rebuild_balances`: compute the kept balances anew from the legs."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.ledger.services import rebuild_balances


class Command(BaseCommand):
    help = "Compute the kept balances anew; postings wait. Needed only after I6a was found broken."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{rebuild_balances()} balances of days")

"""`manage.py check_payment_files`: make every frozen payment file again and compare it to the byte (I9)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.banking.enums import FROZEN
from apps.banking.models import PaymentBatch
from apps.banking.services.freezing import regenerate
from apps.core.errors import ShituError


class Command(BaseCommand):
    help = "Makes every frozen payment file again; exits with 1 where one is not the same to the byte."

    def handle(self, *args: Any, **options: Any) -> None:
        checked = wrong = 0
        rows = PaymentBatch.objects.filter(state__in=FROZEN).select_related("file").order_by("id")
        for batch in rows.iterator(chunk_size=100):
            checked += 1
            said = _compare(batch)
            if said:
                wrong += 1
                self.stdout.write(f"{batch.number}: {said}")
        self.stdout.write(f"{checked} payment files made again, {wrong} differ")
        if wrong:
            raise CommandError("Payment files are not what was signed.")


def _compare(batch: PaymentBatch) -> str:
    """What is wrong with a batch's file; empty where it is the same."""
    try:
        again = regenerate(batch)
    except ShituError as refusal:
        return refusal.code
    if again.stored_sha256 != again.frozen_sha256:
        return "the kept file is not the one that was signed"
    if again.made_sha256 == again.frozen_sha256:
        return ""
    return "the bank's form was changed since" if again.form_changed else "made again it is another file"

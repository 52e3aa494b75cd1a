"""Rows of another district are not there for a session that acts for one (I14)."""

from django.db import migrations

from apps.casework.rows import of_cases
from apps.core import rls


class Migration(migrations.Migration):
    dependencies = [("payouts", "0001_initial"), ("casework", "0004_rows_of_its_district")]

    operations = [
        rls.by_district("payouts_paymentorder"),
        rls.by_district("payouts_recovery"),
        rls.by_parent("payouts_paymentpart", "order_id", "payouts_paymentorder"),
        rls.by_parent("payouts_paymentline", "order_id", "payouts_paymentorder"),
        rls.by_parent("payouts_recoverypart", "recovery_id", "payouts_recovery"),
        rls.by_parent("payouts_recoveryreceipt", "recovery_id", "payouts_recovery"),
        of_cases("payouts.paymentorder", "payouts_paymentorder"),
        of_cases("payouts.recovery", "payouts_recovery"),
    ]

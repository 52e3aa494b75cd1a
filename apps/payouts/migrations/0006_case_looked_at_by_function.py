"""Look at the case through a function, whose plan a session keeps: the same rows, sooner shown (I14)."""

from django.db import migrations

from apps.casework.rows import of_cases


class Migration(migrations.Migration):
    dependencies = [("payouts", "0005_budget_requests")]

    operations = [
        of_cases("payouts.paymentorder", "payouts_paymentorder"),
        of_cases("payouts.recovery", "payouts_recovery"),
        of_cases("payouts.budgetrequest", "payouts_budgetrequest"),
    ]

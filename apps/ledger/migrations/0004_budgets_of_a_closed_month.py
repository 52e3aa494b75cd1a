"""Budgets of a closed month are not moved either, with or without cash."""

from django.db import migrations

_OPEN = """
CREATE TRIGGER ledger_budget_period_open AFTER INSERT ON ledger_budgetmovement
    REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_period();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_periods")]

    operations = [
        migrations.RunSQL(_OPEN, "DROP TRIGGER ledger_budget_period_open ON ledger_budgetmovement;")
    ]

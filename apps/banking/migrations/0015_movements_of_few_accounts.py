"""Accounts are few: movements are shown, and taken in, by the keys of those that are (docs/decisions/bank-lines.md)."""

from django.db import migrations

from apps.core import rls


class Migration(migrations.Migration):
    dependencies = [("banking", "0014_movements_divided")]

    operations = [
        rls.by_few_parents("banking_statementline", "paying_account_id", "banking_payingaccount"),
    ]

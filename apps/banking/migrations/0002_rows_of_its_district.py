"""Rows of another district are not there for a session that acts for one (I14)."""

from django.db import migrations

from apps.casework.rows import of_cases
from apps.core import rls


class Migration(migrations.Migration):
    dependencies = [
        ("banking", "0001_initial"),
        ("casework", "0004_rows_of_its_district"),
        ("payouts", "0002_rows_of_its_district"),
    ]

    operations = [
        # An account without a district is the city's: only the whole city shows it.
        rls.by_district("banking_payingaccount"),
        rls.by_district("banking_paymentbatch"),
        of_cases("banking.paymentbatch", "banking_paymentbatch"),
        rls.by_parent("banking_batchentry", "batch_id", "banking_paymentbatch"),
        rls.by_parent("banking_resultfile", "batch_id", "banking_paymentbatch"),
        rls.by_parent("banking_resultline", "result_file_id", "banking_resultfile"),
        rls.by_parent("banking_bankstatement", "paying_account_id", "banking_payingaccount"),
        rls.by_parent("banking_statementline", "paying_account_id", "banking_payingaccount"),
        rls.by_parent("banking_statementmatch", "line_id", "banking_statementline"),
    ]

"""Look at the case through a function, whose plan a session keeps: the same rows, sooner shown (I14)."""

from django.db import migrations

from apps.casework.rows import of_cases


class Migration(migrations.Migration):
    dependencies = [("banking", "0003_payment_sent_back")]

    operations = [
        of_cases("banking.paymentbatch", "banking_paymentbatch"),
    ]

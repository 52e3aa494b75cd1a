from django.db import migrations

# 0012 took the index of an order's claim away, and with it, unasked, the partial key on the same column.
_KEY = """
CREATE UNIQUE INDEX IF NOT EXISTS one_live_order_per_claim ON public.payouts_paymentorder (claim_id)
 WHERE state IN ('released', 'paid', 'set_off')
"""


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0013_no_index_for_what_nobody_asks"),
    ]

    operations = [
        migrations.RunSQL(_KEY, migrations.RunSQL.noop),
    ]

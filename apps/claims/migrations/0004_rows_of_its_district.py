"""Rows of another district are not there for a session that acts for one (I14)."""

from django.db import migrations

from apps.casework.rows import of_cases
from apps.core import rls


class Migration(migrations.Migration):
    dependencies = [("claims", "0003_guards"), ("casework", "0004_rows_of_its_district")]

    operations = [
        rls.by_district("claims_claim"),
        rls.by_district("claims_claimline"),
        rls.by_district("claims_entitlement"),
        of_cases("claims.claim", "claims_claim"),
    ]

"""Load the districts of the city from a table."""

import csv
from pathlib import Path

from django.db import transaction

from apps.accounts.models import District


@transaction.atomic
def load_districts(path: Path) -> int:
    """Write every row of a CSV (code, name, name_en, position) and return how many; again changes nothing."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = [
            District(
                code=row["code"], name=row["name"], name_en=row["name_en"], position=int(row["position"])
            )
            for row in csv.DictReader(stream)
        ]
    District.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "name_en", "position"],
    )
    return len(rows)

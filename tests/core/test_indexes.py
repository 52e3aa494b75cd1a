"""Every index is written with every row: one that only repeats how another begins gives nothing for it."""

import pytest
from django.apps import apps
from django.db import connection, transaction

from apps.core.db import as_owner

# Plain indexes (no condition, no expression, refusing nothing) of our tables with those that begin alike.
_REPEATED = """
SELECT DISTINCT plain.indexrelid::regclass::text
  FROM pg_index AS plain
  JOIN pg_index AS other ON other.indrelid = plain.indrelid AND other.indexrelid <> plain.indexrelid
  JOIN pg_class AS parent ON parent.oid = plain.indrelid
  JOIN pg_namespace AS space ON space.oid = parent.relnamespace AND space.nspname = 'public'
 WHERE NOT plain.indisunique AND plain.indpred IS NULL AND other.indpred IS NULL
   AND plain.indexprs IS NULL AND other.indexprs IS NULL
   AND (other.indkey::int2[])[0:plain.indnkeyatts - 1] = (plain.indkey::int2[])[0:]
   AND (other.indclass::oid[])[0:plain.indnkeyatts - 1] = (plain.indclass::oid[])[0:]
   AND parent.relname !~ '^(account|auth|axes|django)_'
 ORDER BY 1
"""


def repeated_indexes() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_REPEATED)
        return [name for (name,) in cursor.fetchall()]


@pytest.mark.django_db
def test_no_index_repeats_how_another_begins():
    assert repeated_indexes() == [], "db_index=False on the field: the longer index finds its rows as well"


@pytest.mark.django_db(transaction=True)
def test_an_index_that_repeats_another_would_be_found():
    with as_owner(connection), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("CREATE INDEX repeats_a_key ON public.plans_plan (district_id, state)")
        found = repeated_indexes()
        transaction.set_rollback(True)

    assert found == ["repeats_a_key"]


@pytest.mark.django_db
def test_everything_that_a_model_declares_stands_in_the_database():
    """Django drops a partial unique key along with the index of its only column, and says nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('i', 'I') UNION SELECT conname FROM pg_constraint"
        )
        standing = {name for (name,) in cursor.fetchall()}
    declared = {
        rule.name
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
        for rule in (*model._meta.constraints, *model._meta.indexes)
    }
    assert declared > {"one_live_order_per_claim", "order_by_district"}
    assert sorted(declared - standing) == []

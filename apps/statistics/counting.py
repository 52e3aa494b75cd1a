"""What the triggers count: the fold, the rebuild, and the read."""

from collections import defaultdict
from collections.abc import Mapping

from django.db import connection, transaction
from django.db.models import Sum

from apps.statistics.models import StateCount, StateDelta

# Every table whose states are counted, by its subject; its triggers stand in the migrations, and what they
# miss is found by `DIFFERENCES`.
COUNTED: Mapping[str, str] = {
    "plans.plan": "plans_plan",
    "apprentices.trainingclass": "apprentices_trainingclass",
    "apprentices.enrolment": "apprentices_enrolment",
    "claims.claim": "claims_claim",
}

_FOLD = """
WITH taken AS (DELETE FROM statistics_statedelta RETURNING subject, district_code, state, count)
INSERT INTO statistics_statecount (subject, district_code, state, count)
SELECT subject, district_code, state, sum(count) FROM taken GROUP BY subject, district_code, state
ON CONFLICT (subject, district_code, state) DO UPDATE SET count = statistics_statecount.count + EXCLUDED.count
"""
_RECOUNT = " UNION ALL ".join(
    f"SELECT '{subject}' AS subject, district_id AS district_code, state, count(*) AS count"  # noqa: S608 - fixed names
    f" FROM {table} GROUP BY district_id, state"
    for subject, table in COUNTED.items()
)
KEPT = """
SELECT subject, district_code, state, sum(count) AS count FROM (
    SELECT subject, district_code, state, count FROM statistics_statecount
    UNION ALL SELECT subject, district_code, state, count FROM statistics_statedelta
) both_of GROUP BY subject, district_code, state HAVING sum(count) <> 0
"""
# Rows where what was kept and what is counted anew differ.
DIFFERENCES = f"""
SELECT coalesce(k.subject, c.subject) AS subject, coalesce(k.district_code, c.district_code) AS district,
       coalesce(k.state, c.state) AS state, k.count AS kept, c.count AS counted
  FROM ({KEPT}) k FULL JOIN ({_RECOUNT}) c USING (subject, district_code, state)
 WHERE k.count IS DISTINCT FROM c.count
"""  # noqa: S608 - names of this module alone


def fold() -> None:
    """Fold the deltas into the counts; readers see the same sum before and after."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('statistics.fold'))")
        cursor.execute(_FOLD)


def rebuild() -> None:
    """Count everything anew, while writers wait."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE statistics_statecount, statistics_statedelta IN EXCLUSIVE MODE")
        cursor.execute("DELETE FROM statistics_statedelta")
        cursor.execute("DELETE FROM statistics_statecount")
        cursor.execute(f"INSERT INTO statistics_statecount (subject, district_code, state, count) {_RECOUNT}")


def state_counts(district_code: str | None = None) -> dict[str, dict[str, dict[str, int]]]:
    """Counts by subject, district and state, in two queries whatever the number of cases."""
    found: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for model in (StateCount, StateDelta):
        rows = model.objects.all()
        if district_code:
            rows = rows.filter(district_code=district_code)
        for subject, district, state, count in rows.values_list("subject", "district_code", "state").annotate(
            total=Sum("count")
        ):
            found[subject][district][state] += count
    return found

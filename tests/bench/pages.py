"""Queue and dashboard pages over a city of 100,000 enrolments, asked for as a browser would.

The limit is a page of the same frame (middleware, session, side navigation, base template) that asks one
indexed query; it goes through the same client in the same turn. The city is one class by the services and
its copies: districts, states and days differ, the copies are made by the owner in the tables.
"""

import logging
import statistics
import time
from collections.abc import Iterator

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import clear_url_caches, include, path, reverse

from apps.accounts.access import access
from apps.accounts.roles import Role
from apps.apprentices.models import Enrolment
from apps.core.db import as_owner
from apps.statistics import counting
from config.urls import urlpatterns as project
from tests.bench.report import Row
from tests.factories import accounts
from tests.factories import claims as make

PEOPLE_OF_CLASS = 40
# Enrolments of the city, and how often each page is asked for.
SIZES = {"small": ((10_000, 100_000), 20), "full": ((10_000, 100_000, 300_000), 60)}
AT_MOST = 3.0
SHOWN = "110105"
DISTRICTS = tuple(f"1101{place:02d}" for place in (1, 2, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19))


@access.signed_in
def plain(request: HttpRequest) -> HttpResponse:
    """The frame of every page, around one row that one indexed query finds."""
    row = Enrolment.objects.filter(pk=request.GET["pk"]).values("number", "state").first()
    return render(request, "bench/plain.html", {"row": row})


urlpatterns = [path("bench/", include([path("plain/", plain, name="bench_plain")])), *project]


def run(scale: str) -> list[Row]:
    """Milliseconds of a page on the server, by the size of the city."""
    sizes, times = SIZES[scale]
    found: dict[str, dict[int, tuple[float, float, int]]] = {}
    # Each request would write two lines.
    logging.disable(logging.INFO)
    template = make.paid(make.money(people=PEOPLE_OF_CLASS))
    copies = 0
    with _with_plain_page():
        for size in sizes:
            wanted = size // PEOPLE_OF_CLASS
            _copy(template.training_class_id, copies, wanted)
            copies = wanted
            for name, client, url in _pages():
                found.setdefault(name, {})[size] = _asked(client, url, times)
    return [_row(name, by_size) for name, by_size in found.items()]


def _row(name: str, by_size: dict[int, tuple[float, float, int]]) -> Row:
    ours, limit, _queries = by_size[max(by_size)]
    growth = {size: ours for size, (ours, _limit, _queries) in by_size.items()}
    counts = sorted({queries for _ours, _limit, queries in by_size.values()})
    note = f"{' or '.join(map(str, counts))} queries; limit: the same frame around one indexed query"
    if len(counts) > 1:
        note = f"the number of queries is not fixed: {note}"
    return Row(f"{name}, {max(by_size):,}", ours, None, limit, "ms", note, AT_MOST, growth=growth)


# Copy number n of the class that was made: another district, another state, everybody somebody else. Nothing
# of it breaks a key; the guards sleep meanwhile, as they would make the copying a matter of hours.
_COPY = """
CREATE TEMP TABLE copies ON COMMIT DROP AS
SELECT n, nextval('apprentices_trainingclass_id_seq') AS class_id, n %% 10 AS way,
       (%(districts)s::text[])[1 + n / 10 %% %(count)s] AS district, current_date - (n %% 40) + 20 AS deadline
  FROM generate_series(%(first)s, %(last)s) n;
INSERT INTO apprentices_trainingclass ({class_columns})
SELECT {class_values} FROM apprentices_trainingclass t, copies c WHERE t.id = %(template)s;
CREATE TEMP TABLE people ON COMMIT DROP AS
SELECT c.*, e.id AS enrolment_id, nextval('accounts_person_id_seq') AS new_person,
       nextval('apprentices_enrolment_id_seq') AS new_id, e.person_id
  FROM copies c, apprentices_enrolment e WHERE e.training_class_id = %(template)s;
INSERT INTO accounts_person ({person_columns})
SELECT {person_values} FROM people c JOIN accounts_person t ON t.id = c.person_id;
INSERT INTO apprentices_enrolment ({enrolment_columns})
SELECT {enrolment_values} FROM people c JOIN apprentices_enrolment t ON t.id = c.enrolment_id;
INSERT INTO claims_claim ({claim_columns})
SELECT {claim_values} FROM claims_claim t, copies c WHERE t.training_class_id = %(template)s;
"""
_STATES = {
    "class": "CASE WHEN way = 0 THEN 'district_review' WHEN way < 8 THEN 'open' ELSE 'completed' END",
    "enrolment": "CASE WHEN way = 0 THEN 'registered' WHEN way < 8 THEN 'enrolled' ELSE 'completed' END",
    "claim": "(ARRAY['district_review', 'second_signature', 'approved'])[1 + way]",
}
_CHANGED = {
    "class": {
        "id": "c.class_id",
        "number": "'B' || c.class_id",
        "district_id": "c.district",
        "state": _STATES["class"],
        "deadline_on": "CASE WHEN way = 0 THEN c.deadline END",
        "completed_on": "CASE WHEN way > 7 THEN t.ends_on END",
    },
    "person": {"id": "c.new_person", "id_index": "sha256(convert_to(c.new_person::text, 'UTF8'))"},
    "enrolment": {
        "id": "c.new_id",
        "number": "CASE WHEN way > 0 THEN 'B' || c.new_id END",
        "district_id": "c.district",
        "state": _STATES["enrolment"],
        "training_class_id": "c.class_id",
        "person_id": "c.new_person",
    },
    "claim": {
        "id": "nextval('claims_claim_id_seq')",
        "number": "'B' || c.class_id",
        "district_id": "c.district",
        "state": f"coalesce({_STATES['claim']}, 'paid')",
        "deadline_on": "CASE WHEN way < 3 THEN c.deadline END",
        "training_class_id": "c.class_id",
    },
}
_TABLES = {
    "class": "apprentices_trainingclass",
    "person": "accounts_person",
    "enrolment": "apprentices_enrolment",
    "claim": "claims_claim",
}


def _copy(template: int, first: int, last: int) -> None:
    """Copies of the class from `first` to before `last`, and the counts made anew."""
    for code in DISTRICTS:
        accounts.district(code)
    with as_owner(connection), transaction.atomic(), connection.cursor() as cursor:
        parts = {}
        for name, table in _TABLES.items():
            columns = [
                column.name for column in connection.introspection.get_table_description(cursor, table)
            ]
            parts[f"{name}_columns"] = ", ".join(columns)
            parts[f"{name}_values"] = ", ".join(
                _CHANGED[name].get(column, f"t.{column}") for column in columns
            )
        cursor.execute("SET LOCAL session_replication_role = replica")
        values = {"first": first, "last": last - 1, "template": template}
        cursor.execute(
            _COPY.format(**parts), {**values, "districts": list(DISTRICTS), "count": len(DISTRICTS)}
        )
        counting.rebuild()
    with as_owner(connection), connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _pages() -> Iterator[tuple[str, Client, str]]:
    district = accounts.district(SHOWN)
    reviewer = accounts.client_for(Role.DISTRICT_REVIEWER, district=district)
    supervisor = accounts.client_for(Role.DISTRICT_SUPERVISOR, district=district)
    city = accounts.client_for(Role.CITY_OFFICER)
    yield "queue of a reviewer", reviewer, reverse("desk:queue")
    yield "queue of classes", reviewer, reverse("desk:queue_kind", args=["apprentices.trainingclass"])
    yield "queue of claims", supervisor, reverse("desk:queue_kind", args=["claims.claim"])
    yield "enrolments of a district", reviewer, reverse("desk:enrolment_list")
    yield "dashboard of a district", supervisor, reverse("desk:dashboard")
    yield "dashboard of the city", city, reverse("desk:dashboard")


def _asked(client: Client, url: str, times: int) -> tuple[float, float, int]:
    """The median of the page and of the plain page, in turns, and the page's queries."""
    last = Enrolment.objects.filter(district_id=SHOWN).order_by("-pk").values_list("pk", flat=True)[0]
    plain_url = f"{reverse('bench_plain')}?pk={last}"
    ours, limit = [], []
    _get(client, url)
    with CaptureQueriesContext(connection) as captured:
        _get(client, url)
    queries = len(captured)
    for _turn in range(times):
        ours.append(_get(client, url))
        limit.append(_get(client, plain_url))
    return statistics.median(ours), statistics.median(limit), queries


def _get(client: Client, url: str) -> float:
    begun = time.perf_counter()
    answer = client.get(url)
    milliseconds = (time.perf_counter() - begun) * 1000
    if answer.status_code != 200:
        raise AssertionError(f"{url} answered {answer.status_code}")
    return milliseconds


class _with_plain_page(override_settings):  # noqa: N801 - used as the context manager that it is
    """The project's addresses and the plain page."""

    def __init__(self) -> None:
        engine = settings.TEMPLATES[0]
        engine = {**engine, "DIRS": [*engine["DIRS"], settings.BASE_DIR / "tests/bench/templates"]}
        super().__init__(ROOT_URLCONF="tests.bench.pages", TEMPLATES=[engine], DEBUG=False)

    def enable(self) -> None:
        super().enable()
        clear_url_caches()

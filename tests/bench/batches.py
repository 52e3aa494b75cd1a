"""A batch of payments, from the click that releases its claims to the frozen file of the bank.

Four steps of four people: the job that releases, the batch that is made up, its check, the signature that
freezes the file. The claims are advances of one enterprise, copies of one that went the whole way: claims of
a class, each apprentice a line of it, and, which is the hardest, as many claims of one apprentice each. The
limit is the goal itself.
"""

import time
from dataclasses import dataclass
from itertools import pairwise

from django.db import connection, transaction

from apps.banking.services.batch_steps import check_batch, sign_batch
from apps.banking.services.build_batch import build_batch
from apps.claims.models import Claim
from apps.core import jobs, rls
from apps.core.clock import today
from apps.core.db import as_owner
from apps.core.models import Job
from apps.payouts.models import PaymentOrder
from apps.payouts.services.release_many import enqueue_release
from tests.bench.banking import copy_rows
from tests.bench.report import Row
from tests.factories import banking as make
from tests.factories import claims

# Lines of a batch.
SIZES = {"small": (1_000, 10_000), "full": (1_000, 10_000, 20_000)}
GOAL_SIZE, GOAL_SECONDS = 10_000, 5.0
# Apprentices of a class, and so lines of a claim.
CLASSES = (25, 1)
FIRST = 2_000_000_000
# Between the copies of one line of a claim and those of the next.
BETWEEN_LINES = 10_000_000


@dataclass(frozen=True)
class Steps:
    """Seconds of each step of a batch."""

    release: float
    build: float
    check: float
    sign: float

    @property
    def whole(self) -> float:
        """From the click to the frozen file, without what people think in between."""
        return self.release + self.build + self.check + self.sign


def run(scale: str) -> list[Row]:
    """Seconds from the click to the frozen file, by the number of lines."""
    with rls.whole_city():
        of = make.treasury(payments=1)
    rows = []
    first = FIRST
    for people in CLASSES:
        with rls.whole_city():
            signed = claims.signed(claims.money(people=people, special_fen=0, employment_fen=0))
        taken: dict[int, Steps] = {}
        for size in SIZES[scale]:
            count = size // people
            with rls.whole_city():
                _claims(signed, count, first)
            with rls.within(of.district):
                taken[size] = _batch(of, [first + n for n in range(1, count + 1)])
            first += count
        growth = {size: steps.whole / size for size, steps in taken.items()}
        rows += [
            _row(people, size, steps, growth if size == GOAL_SIZE else {})
            for size, steps in taken.items()
            if size >= GOAL_SIZE
        ]
    return rows


def _row(people: int, size: int, steps: Steps, growth: dict[int, float]) -> Row:
    note = (
        f"release {steps.release:.2f} s, batch {steps.build:.2f} s, check {steps.check:.2f} s,"
        f" signature and file {steps.sign:.2f} s; the limit is the goal"
    )
    goal = GOAL_SECONDS * size / GOAL_SIZE
    what = f"batch of {size:,} lines" if people > 1 else "  each a claim of its own"
    return Row(f"{what}, click to file", steps.whole, None, goal, "s", note, 1.0, growth=growth)


def _batch(of: make.Treasury, wanted: list[int]) -> Steps:
    begun = [time.perf_counter()]
    job = enqueue_release(of.maker, wanted)
    jobs.run(job.pk)
    begun.append(time.perf_counter())
    if Job.objects.get(pk=job.pk).result["released"] != len(wanted):
        raise AssertionError(Job.objects.get(pk=job.pk).result)
    orders = list(PaymentOrder.objects.filter(claim__in=wanted).values_list("pk", flat=True))
    on = today()
    begun.append(time.perf_counter())
    batch = build_batch(of.maker, of.account, district=of.district, orders=orders, pay_on=on, on=on)
    begun.append(time.perf_counter())
    batch = check_batch(of.checker, batch, on=on)
    begun.append(time.perf_counter())
    batch = sign_batch(of.signer, batch, on=on)
    begun.append(time.perf_counter())
    if (batch.count, batch.state) != (len(wanted), "signed"):
        raise AssertionError(f"{batch.count} payments, {batch.state}")
    release, _looked, build, check, sign = (after - before for before, after in pairwise(begun))
    return Steps(release, build, check, sign)


def _claims(signed: Claim, count: int, first: int) -> None:
    """So many claims that wait for their release, and the budget that is reserved for them."""
    beyond = f"{first}::bigint"
    with as_owner(connection), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        key = f"{beyond} + n"
        copy_rows("claims_claim", signed.pk, count, id=key, number=f"'FB' || ({key})")
        for place, line in enumerate(signed.lines.order_by("id")):
            own = f"{key} + {place * BETWEEN_LINES}"
            copy_rows("claims_claimline", line.pk, count, id=own, claim_id=key, enrolment_id=own)
        cursor.execute("SELECT id FROM ledger_reservation WHERE key = %s", [f"claim:{signed.pk}"])
        for (reservation,) in cursor.fetchall():
            copy_rows("ledger_reservation", reservation, count, id=key, key=f"'claim:' || ({key})")
        cursor.execute(
            "UPDATE ledger_budget SET appropriated_fen = appropriated_fen + %(fen)s,"
            " reserved_fen = reserved_fen + %(fen)s WHERE district_code = %(district)s",
            {"fen": count * signed.net_fen, "district": signed.district_id},
        )
    with as_owner(connection), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE claims_claim, claims_claimline, ledger_reservation")

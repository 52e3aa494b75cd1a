"""The steps of one large claim, each a click that somebody waits for: from handing in to the payment.

There is neither a peer nor a goal; what is watched is that a step takes a fixed number of statements and
that its time grows no faster than its lines.
"""

import time
from collections.abc import Callable
from itertools import count

from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.claims.enums import ClaimKind
from apps.claims.models import Claim
from apps.claims.services.review_claim import approve_claim
from apps.claims.services.sign_claim import sign_claim
from apps.claims.services.submit_claim import submit_claim
from apps.core import rls
from apps.payouts.services.record_payment import record_payment
from apps.payouts.services.release_payment import release_payment
from tests.bench.claims import class_of, tidy
from tests.bench.report import Row
from tests.factories import claims as make
from tests.factories.apprentices import ON

SIZES = {"small": (1_000, 10_000), "full": (1_000, 10_000, 30_000)}
_SERIAL = count(1)


def run(scale: str) -> list[Row]:
    """Seconds of each step, by the lines of the claim, with the statements that it sent."""
    seconds: dict[str, dict[int, float]] = {}
    statements: dict[str, list[int]] = {}
    with rls.whole_city():
        for size in SIZES[scale]:
            of = class_of(size)
            tidy()
            claim = make.computed(of, ClaimKind.ADVANCE, on=ON)
            for name, step in _steps(of):
                claim, taken, sent = _timed(step, claim)
                seconds.setdefault(name, {})[size] = taken
                statements.setdefault(name, []).append(sent)
    return [_row(name, by_size, statements[name]) for name, by_size in seconds.items()]


def _steps(of: make.Money) -> list[tuple[str, Callable[[Claim], Claim]]]:
    serial = f"S{next(_SERIAL)}"
    return [
        ("hand in", lambda claim: submit_claim(of.clerk, claim, on=ON)),
        ("approve and publish", lambda claim: approve_claim(of.reviewer, claim, on=ON)),
        ("sign", lambda claim: sign_claim(of.supervisor, claim, on=ON)),
        ("release", lambda claim: release_payment(of.finance, claim, on=ON)),
        (
            "record the payment",
            lambda claim: record_payment(of.finance, claim, on=ON, paid_on=ON, bank_serial=serial),
        ),
    ]


def _timed(step: Callable[[Claim], Claim], claim: Claim) -> tuple[Claim, float, int]:
    with CaptureQueriesContext(connection) as sent:
        begun = time.perf_counter()
        claim = step(claim)
        return claim, time.perf_counter() - begun, len(sent)


def _row(name: str, by_size: dict[int, float], sent: list[int]) -> Row:
    size = max(by_size)
    growth = {lines: taken / lines for lines, taken in by_size.items()}
    note = f"statements, by size: {', '.join(map(str, sent))}"
    return Row(f"claim of {size:,} lines: {name}", by_size[size], None, None, "s", note, growth=growth)

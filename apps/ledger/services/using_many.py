"""Spend many reservations at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from apps.ledger.enums import MovementKind
from apps.ledger.models import BudgetMovement, Reservation
from apps.ledger.services.budgets import Split, key_reused, require_left, whole_split
from apps.ledger.services.planning import locked_budgets
from apps.ledger.services.refusals import in_sentences


@dataclass(frozen=True, slots=True)
class Draw:
    """What `use` takes, for many at once: the event's key, the reservation, and fen by fund."""

    key: str
    reservation: str
    splits: Split


def use_many(draws: Iterable[Draw], *, on: date, by_id: int | None = None) -> None:
    """Spend for many at once what was reserved: `use` for each draw, in one statement.

    Raises `Refused` where a reservation falls short and `Conflict` where a key was used before: nothing is
    spent then, and the caller takes them one by one.
    """
    wanted = list(draws)
    with transaction.atomic():
        known = Reservation.objects.filter(key__any_of={draw.reservation for draw in wanted})
        pots: dict[str, tuple[str, int]] = {}
        for key, district, year in known.values_list("key", "district_code", "year"):
            pots[key] = (district, year)
        for district, year in sorted(set(pots.values())):
            locked_budgets(district, year)
        # Read while their pots are locked: whoever changes a reservation holds the lock.
        left: dict[str, dict[str, int]] = {}
        for key, fund, fen in known.values_list("key", "fund_id", Reservation.OPEN_FEN):
            left.setdefault(key, {})[fund] = fen
        used = BudgetMovement.objects.filter(key__any_of=[draw.key for draw in wanted]).first()
        if used is not None:
            raise key_reused(used.key)
        for draw in wanted:
            require_left(whole_split(draw.splits), left.get(draw.reservation, {}))
        _take_many(MovementKind.USE, wanted, pots, on, by_id)


_TAKE_MANY = """
INSERT INTO public.ledger_budgetmovement
       (key, position, kind, fund_code, district_code, year, amount_fen, reservation_key, on_date, document,
        by_id, subject_type, subject_id)
SELECT moved.key, moved.position, %(kind)s, moved.fund, moved.district, moved.year, moved.fen,
       moved.reservation, %(on)s, '', %(by)s, '', NULL
  FROM unnest(%(keys)s::text[], %(positions)s::int[], %(funds)s::text[], %(districts)s::text[],
              %(years)s::int[], %(fen)s::bigint[], %(reservations)s::text[])
       AS moved (key, position, fund, district, year, fen, reservation)
"""


def _take_many(
    kind: MovementKind,
    draws: Sequence[Draw],
    pots: dict[str, tuple[str, int]],
    on: date,
    by_id: int | None,
) -> None:
    """Add the movements of many draws in one statement; the database moves the counters."""
    rows = [
        (draw.key, position, fund, *pots[draw.reservation], fen, draw.reservation)
        for draw in draws
        for position, (fund, fen) in enumerate(draw.splits, start=1)
    ]
    names = ("keys", "positions", "funds", "districts", "years", "fen", "reservations")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    with in_sentences(), connection.cursor() as cursor:
        cursor.execute(_TAKE_MANY, {"kind": str(kind.value), "on": on, "by": by_id, **columns})

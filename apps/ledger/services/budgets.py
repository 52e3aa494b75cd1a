"""Change a budget: give it money, promise money, spend it, give it back.

Each verb takes the caller's `key` and may be repeated. Inside, the pots of the district and year are locked
first, in one order everywhere; then movements are added, and the database moves the counters in their caps.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.errors import Conflict, NotFound, Refused
from apps.core.money import yuan
from apps.ledger.enums import MovementKind
from apps.ledger.models import Budget, BudgetMovement, Fund, Reservation
from apps.ledger.services.planning import locked_budgets, not_covered, plan_split
from apps.ledger.services.refusals import in_sentences

Split = Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One step to take: everything that its movements have in common."""

    key: str
    kind: MovementKind
    district: str
    year: int
    split: Split
    on: date
    document: str = ""
    by_id: int | None = None
    reservation_key: str = ""
    subject: tuple[str, int | None] = field(default=("", None))


def appropriate(
    key: str,
    *,
    fund: str,
    district: str,
    year: int,
    amount_fen: int,
    on: date,
    document: str = "",
    by_id: int | None = None,
) -> Budget:
    """Give the budget of a fund, district and year `amount_fen` more, by `document`; return the budget."""
    _require_positive(amount_fen)
    return _change_pot(
        _Step(
            key=key,
            kind=MovementKind.APPROPRIATE,
            district=district,
            year=year,
            split=[(fund, amount_fen)],
            on=on,
            document=document,
            by_id=by_id,
        )
    )


def adjust(
    key: str,
    *,
    fund: str,
    district: str,
    year: int,
    amount_fen: int,
    on: date,
    document: str = "",
    by_id: int | None = None,
) -> Budget:
    """Raise (or, below zero, cut) an appropriation by `amount_fen`.

    Raises Refused where a cut would go below what is reserved and used.
    """
    return _change_pot(
        _Step(
            key=key,
            kind=MovementKind.ADJUST,
            district=district,
            year=year,
            split=[(fund, amount_fen)],
            on=on,
            document=document,
            by_id=by_id,
        )
    )


def reserve(
    key: str,
    *,
    district: str,
    year: int,
    splits: Split,
    on: date,
    document: str = "",
    by_id: int | None = None,
    subject_type: str = "",
    subject_id: int | None = None,
) -> list[Reservation]:
    """Promise `splits` (pairs of fund and fen) under `key`; return the reservations, one per fund.

    Raises Refused (`budget_exceeded`) where a fund has less left, naming what is free.
    """
    step = _Step(
        key=key,
        kind=MovementKind.RESERVE,
        district=district,
        year=year,
        split=whole_split(splits),
        on=on,
        document=document,
        by_id=by_id,
        subject=(subject_type, subject_id),
    )
    with transaction.atomic():
        free = {budget.fund_id: budget.free_fen for budget in locked_budgets(district, year)}
        if not _taken_before(step):
            for fund, fen in step.split:
                if fen > free.get(fund, 0):
                    raise not_covered(fen, free.get(fund, 0), year)
            _take(step)
    return list(Reservation.objects.filter(key=key).order_by("fund"))


def reserve_from(
    key: str,
    *,
    district: str,
    year: int,
    amount_fen: int,
    fund_order: Sequence[str],
    on: date,
    document: str = "",
    by_id: int | None = None,
    subject_type: str = "",
    subject_id: int | None = None,
) -> list[Reservation]:
    """Plan the split over `fund_order` and reserve it, without a moment between the two.

    The same key again returns what was reserved then, also where the plan would come out differently now; for
    another amount it is a Conflict. Raises as `plan_split` and `reserve`.
    """
    with transaction.atomic():
        locked_budgets(district, year)
        before = list(Reservation.objects.filter(key=key).order_by("fund"))
        if before:
            same_pot = all((row.district_code, row.year) == (district, year) for row in before)
            if not same_pot or sum(row.reserved_fen for row in before) != amount_fen:
                raise key_reused(key)
            return before
        return reserve(
            key,
            district=district,
            year=year,
            splits=plan_split(district, year, amount_fen, fund_order),
            on=on,
            document=document,
            by_id=by_id,
            subject_type=subject_type,
            subject_id=subject_id,
        )


def use(
    key: str,
    *,
    reservation: str,
    on: date,
    splits: Split | None = None,
    document: str = "",
    by_id: int | None = None,
) -> list[Reservation]:
    """Spend what was reserved under the key `reservation`: `splits`, or all that is open."""
    return _draw(MovementKind.USE, key, reservation, on, splits, document, by_id)


def release(
    key: str,
    *,
    reservation: str,
    on: date,
    splits: Split | None = None,
    document: str = "",
    by_id: int | None = None,
) -> list[Reservation]:
    """Give back what was reserved and will not be spent: `splits`, or all that is open."""
    return _draw(MovementKind.RELEASE, key, reservation, on, splits, document, by_id)


def refund(
    key: str,
    *,
    reservation: str,
    on: date,
    splits: Split | None = None,
    document: str = "",
    by_id: int | None = None,
) -> list[Reservation]:
    """Return money that was spent to the pots that it came from: `splits`, or all that was used.

    It can then be reserved again. Raises Refused where more would come back than was spent.
    """
    return _draw(MovementKind.REFUND, key, reservation, on, splits, document, by_id)


def take_back(
    key: str,
    *,
    reservation: str,
    on: date,
    splits: Split,
    document: str = "",
    by_id: int | None = None,
) -> list[Reservation]:
    """Take a refund back: the money did not come after all, and counts as spent again.

    Raises Refused where a pot has promised it again meanwhile (`budget_exceeded`), or where more would be
    taken back than was refunded.
    """
    return _draw(MovementKind.TAKE_BACK, key, reservation, on, splits, document, by_id)


def _draw(
    kind: MovementKind,
    key: str,
    reservation: str,
    on: date,
    splits: Split | None,
    document: str,
    by_id: int | None,
) -> list[Reservation]:
    with transaction.atomic():
        rows = _locked_reservations(reservation)
        split = whole_split(splits) if splits is not None else None
        step = _Step(
            key=key,
            kind=kind,
            district=rows[0].district_code,
            year=rows[0].year,
            split=split or [],
            on=on,
            document=document,
            by_id=by_id,
            reservation_key=reservation,
        )
        if not _taken_before(step, any_split=split is None):
            left = {row.fund_id: _left(row, kind) for row in rows}
            split = split if split is not None else [(fund, fen) for fund, fen in left.items() if fen]
            require_left(split, left)
            _take(_Step(**{name: getattr(step, name) for name in step.__slots__} | {"split": split}))
    return list(Reservation.objects.filter(key=reservation).order_by("fund"))


def _locked_reservations(key: str) -> list[Reservation]:
    """The reservations of `key`, read while their pots are locked: whoever changes one holds the lock."""
    first = Reservation.objects.filter(key=key).first()
    if first is None:
        raise NotFound(_("There is no reservation “%(key)s”.") % {"key": key}, code="reservation_unknown")
    locked_budgets(first.district_code, first.year)
    return list(Reservation.objects.filter(key=key).order_by("fund"))


def _left(row: Reservation, kind: MovementKind) -> int:
    if kind == MovementKind.TAKE_BACK:
        return row.refunded_fen
    return row.used_fen - row.refunded_fen if kind == MovementKind.REFUND else row.open_fen


def require_left(split: Split, left: dict[str, int]) -> None:
    """Refuse a split of which a fund has less left."""
    if not split:
        raise Refused(_("Nothing is left of this reservation."), code="reservation_exceeded")
    for fund, fen in split:
        if fen > left.get(fund, 0):
            raise Refused(
                _(
                    "%(asked)s yuan are asked for and %(left)s yuan are left of this reservation."
                    " Check the amount."
                )
                % {"asked": yuan(fen), "left": yuan(left.get(fund, 0))},
                code="reservation_exceeded",
            )


def _change_pot(step: _Step) -> Budget:
    fund = step.split[0][0]
    with transaction.atomic():
        locked_budgets(step.district, step.year)
        if not _taken_before(step):
            if not Fund.objects.filter(code=fund).exists():
                raise Refused(
                    _("This fund does not exist. Choose one of the funds on the list."), code="fund_unknown"
                )
            _take(step)
    return Budget.objects.get(fund=fund, district_code=step.district, year=step.year)


def _take(step: _Step) -> None:
    """Add the movements in one statement; the database moves the counters."""
    subject_type, subject_id = step.subject
    rows = [
        BudgetMovement(
            key=step.key,
            position=position,
            kind=step.kind,
            fund_id=fund,
            district_code=step.district,
            year=step.year,
            amount_fen=fen,
            reservation_key=step.reservation_key,
            on=step.on,
            document=step.document,
            by_id=step.by_id,
            subject_type=subject_type,
            subject_id=subject_id,
        )
        for position, (fund, fen) in enumerate(step.split, start=1)
    ]
    with in_sentences():
        BudgetMovement.objects.bulk_create(rows)


def _taken_before(step: _Step, *, any_split: bool = False) -> bool:
    """Whether a step of this key stands; a Conflict where it was another one."""
    rows = list(BudgetMovement.objects.filter(key=step.key).order_by("position"))
    if not rows:
        return False
    pot = {(row.kind, row.district_code, row.year, row.reservation_key) for row in rows}
    same_split = any_split or [(row.fund_id, row.amount_fen) for row in rows] == list(step.split)
    if pot != {(step.kind, step.district, step.year, step.reservation_key)} or not same_split:
        raise key_reused(step.key)
    return True


def whole_split(splits: Split) -> Split:
    """The split, checked: one entry per fund, every amount positive."""
    if not splits or len({fund for fund, _fen in splits}) < len(splits):
        raise Refused(_("Name each fund once, with the amount that it bears."), code="split_invalid")
    for _fund, fen in splits:
        _require_positive(fen)
    return splits


def _require_positive(fen: int) -> None:
    if type(fen) is not int or fen <= 0:
        raise Refused(_("The amount must be one fen or more."), code="amount_invalid")


def key_reused(key: str) -> Conflict:
    """The refusal of a key under which something else was done."""
    return Conflict(
        _("The key “%(key)s” was used for another change of a budget.") % {"key": key}, code="key_reused"
    )

"""Reading movements that were divided: their parts, the order to explain them in, what was taken back."""

from collections.abc import Iterable, Iterator

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from apps.banking.models import Division, StatementLine, UndoneMatch
from apps.core.errors import Problem
from apps.core.money import yuan


def out_of_order(line: StatementLine) -> Iterator[Problem]:
    """Why one person cannot explain a movement (yet): what goes against it has two signatures, and first."""
    if line.division_id is None:
        return
    if line.against:
        message = _(
            "This part goes the other way than its movement: it is settled by a correction, as a charge of"
            " the bank for instance, and another person signs."
        )
        yield Problem("part_against", message)
        return
    waiting = StatementLine.objects.filter(division=line.division_id, against=True, match=None)
    for part in waiting.order_by("part")[:1]:
        message = _(
            "First the part %(serial)s over %(amount)s yuan has to be settled by a signed correction: it"
            " goes the other way than the movement."
        )
        yield Problem("part_waits", message % {"serial": part.bank_serial, "amount": yuan(part.amount_fen)})


def division_in_force(line: StatementLine) -> Division | None:
    """The division by whose parts a movement is explained."""
    return Division.objects.filter(line=line, match__isnull=False).first()


def divisions_taken_back(line: StatementLine) -> QuerySet[UndoneMatch]:
    """The divisions of a movement that were taken back, the newest first, with who did it and why."""
    rows = UndoneMatch.objects.filter(line=line, division__isnull=False)
    return rows.select_related("division", "matched_by__person", "undone_by__person").order_by("-id")


def parts_of(division: Division) -> QuerySet[StatementLine]:
    """The parts with what each was found to be."""
    return division.parts.select_related(
        "match__entry__batch", "match__receipt__recovery", "match__returned", "match__transaction"
    ).order_by("part")


def counted(lines: Iterable[StatementLine]) -> dict[int, tuple[int, int]]:
    """Of movements that are divided: how many parts they have, and how many nothing explains; one query."""
    divisions = [line.match.division_id for line in lines if getattr(line, "match", None) is not None]
    rows = StatementLine.objects.filter(division__in=[pk for pk in divisions if pk])
    counts = rows.values("division__line").annotate(parts=Count("pk"), open=Count("pk", filter=Q(match=None)))
    return {row["division__line"]: (row["parts"], row["open"]) for row in counts}

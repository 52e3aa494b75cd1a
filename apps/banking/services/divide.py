"""A movement that is several things is divided into parts, each explained by itself; that can be undone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.banking.enums import MatchKind
from apps.banking.models import Division, StatementLine, StatementMatch, UndoneMatch
from apps.banking.parts import parts_of
from apps.banking.services.keep_division import keep_division
from apps.banking.services.match_lines import lock_line, lock_open, match_payments
from apps.banking.services.undo_match import undo_match
from apps.core import failpoints
from apps.core.errors import InvalidInput, Problem, Refused
from apps.core.money import yuan

# By hand; a batch is divided by its own rule, whatever its length.
PARTS_MAX = 200
ABOUT_MAX = 300
REASON_MAX = 300
_FEN_MAX = 10**15
# Numbers go on after those of a division that was taken back: a serial number is one part's for good.
_GIVEN = """
SELECT %(before)s + number AS part, fen, about, NULL AS payee
  FROM unnest(%(amounts)s::bigint[], %(abouts)s::text[]) WITH ORDINALITY AS given (fen, about, number)
"""


@dataclass(frozen=True, slots=True)
class Part:
    """How much of a movement (fen, below zero: out) and what it is: a notice, an order, or words."""

    amount_fen: int
    about: str


def divide(actor: Actor, line: StatementLine, parts: Sequence[Part], *, reason: str) -> Division:
    """Divide an open movement into parts that make its amount; parts that are payments are matched at once.

    Nothing is posted: each part is explained by the steps that explain a movement. One that goes the other
    way than the movement (a fee) needs a signed correction before the others. Raises `InvalidInput` with
    every row that is wrong, `Refused` for a part of a movement, and what `lock_open` raises.
    """
    with transaction.atomic():
        locked = lock_open(actor, line)
        if locked.division_id is not None:
            message = _("A part is not divided again: take the division back and divide the movement anew.")
            raise Refused(message, code="part_of_a_movement")
        problems = [*_reason_missing(reason), *problems_of(locked.amount_fen, parts)]
        if problems:
            raise InvalidInput(problems=problems, code="division")
        before = StatementLine.objects.filter(division__line=locked).aggregate(last=Max("part"))["last"] or 0
        division = keep_division(
            locked.pk,
            _GIVEN,
            reason=reason.strip(),
            by=actor.account_id,
            before=before,
            amounts=[part.amount_fen for part in parts],
            abouts=[part.about.strip() for part in parts],
        )
        failpoints.point("movement.divided")
        match_payments(actor, locked.paying_account_id)
        return Division.objects.get(pk=division)


def take_back(actor: Actor, line: StatementLine, *, reason: str) -> UndoneMatch:
    """Take a division back of which no part is explained; the movement is open again, the parts never count.

    Raises `Refused` for a movement that is not divided or a part of which is explained, `InvalidInput`
    without a reason, and what `lock_line` raises.
    """
    with transaction.atomic():
        locked = lock_line(actor, line)
        match = StatementMatch.objects.filter(line=locked, kind=MatchKind.DIVIDED).first()
        if match is None or match.division is None:
            raise Refused(_("This movement is not divided."), code="not_divided")
        problems = list(_reason_missing(reason))
        if problems:
            raise InvalidInput(problems=problems, code="division")
        explained = parts_of(match.division).filter(match__isnull=False).first()
        if explained is not None:
            message = _(
                "The part %(serial)s is explained already. Have that undone first; then the division can be"
                " taken back."
            )
            raise Refused(message % {"serial": explained.bank_serial}, code="part_explained")
        return undo_match(actor, match, reason=reason.strip())


def problems_of(amount_fen: int, parts: Sequence[Part]) -> Iterator[Problem]:
    """What is wrong with parts of a movement of this amount, row by row and in all."""
    if len(parts) < 2:
        yield Problem("parts_missing", _("Name two parts or more."))
    if len(parts) > PARTS_MAX:
        message = _("A movement is divided into %(most)s parts at most.")
        yield Problem("parts_too_many", message % {"most": PARTS_MAX})
    for row, part in enumerate(parts, start=1):
        if part.amount_fen == 0 or abs(part.amount_fen) > _FEN_MAX:
            message = _("Enter how much it is, in yuan; below zero what left the account.")
            yield Problem("amount", message, row=row, field="amount_fen")
        if not part.about.strip():
            message = _("Say what it is: the number of a notice or of a payment, or in words.")
            yield Problem("about_missing", message, row=row, field="about")
        elif len(part.about.strip()) > ABOUT_MAX:
            message = _("Say it in %(most)s characters at most.")
            yield Problem("about_too_long", message % {"most": ABOUT_MAX}, row=row, field="about")
    made = sum(part.amount_fen for part in parts)
    if parts and made != amount_fen:
        message = _(
            "The parts make %(made)s yuan, the movement is %(moved)s yuan: %(rest)s yuan are not divided."
        )
        about = {"made": yuan(made), "moved": yuan(amount_fen), "rest": yuan(amount_fen - made)}
        yield Problem("sum", message % about)


def _reason_missing(reason: str) -> Iterator[Problem]:
    if not reason.strip():
        yield Problem("reason_missing", _("Say why."), field="reason")
    elif len(reason.strip()) > REASON_MAX:
        message = _("Say it in %(most)s characters at most.")
        yield Problem("reason_too_long", message % {"most": REASON_MAX}, field="reason")

"""What of an instalment agreement is covered, due and missed. Nothing here changes anything."""

import calendar
from dataclasses import dataclass
from datetime import date

from apps.core.workdays import add_working_days
from apps.payouts.enums import AgreementState
from apps.payouts.models import Instalment, InstalmentAgreement, Recovery
from apps.payouts.rules import recovery_rule

Schedule = list[tuple[date, int]]


@dataclass(frozen=True, slots=True)
class Standing:
    """One instalment and how much of it (fen) has been repaid."""

    instalment: Instalment
    covered_fen: int

    @property
    def whole(self) -> bool:
        """Whether nothing of it is open any more."""
        return self.covered_fen == self.instalment.amount_fen


def agreement_in_force(recovery: Recovery) -> InstalmentAgreement | None:
    """The agreement that holds for a recovery now."""
    return recovery.agreements.filter(state=AgreementState.IN_FORCE).first()


def standing_of(agreement: InstalmentAgreement, open_fen: int) -> list[Standing]:
    """Each instalment with what was repaid of it: what has come back since the signature, earliest day first.

    `open_fen` is what is open of the recovery now.
    """
    left = max(agreement.amount_fen - open_fen, 0)
    found = []
    for row in agreement.instalments.order_by("position"):
        covered = min(left, row.amount_fen)
        left -= covered
        found.append(Standing(row, covered))
    return found


def next_open(agreement: InstalmentAgreement, open_fen: int) -> Instalment | None:
    """The first instalment of which something is open."""
    return next((row.instalment for row in standing_of(agreement, open_fen) if not row.whole), None)


def due_fen(agreement: InstalmentAgreement, open_fen: int, on: date) -> int:
    """What of the agreement is due on a day and was not repaid."""
    rows = standing_of(agreement, open_fen)
    return sum(row.instalment.amount_fen - row.covered_fen for row in rows if row.instalment.due_on <= on)


def missed(agreement: InstalmentAgreement, open_fen: int, on: date) -> Instalment | None:
    """The instalment whose day and days of grace (working days) have passed without it being repaid."""
    row = next_open(agreement, open_fen)
    if row is None or row.due_on >= on:
        return None
    grace = recovery_rule("recovery_instalment_grace_days", on)
    return row if add_working_days(row.due_on, grace) < on else None


def months_later(day: date, months: int) -> date:
    """The same day of the month some months later, or the last one that the month has."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def equal_schedule(open_fen: int, count: int, first_on: date) -> Schedule:
    """Monthly instalments of whole yuan as equal as can be; what is left over is in the last one."""
    yuan, _fen = divmod(open_fen // count, 100)
    amounts = [yuan * 100 or open_fen // count] * (count - 1)
    amounts.append(open_fen - sum(amounts))
    return [(months_later(first_on, n), fen) for n, fen in enumerate(amounts)]

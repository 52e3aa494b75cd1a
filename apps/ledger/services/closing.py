"""Close a month of the books: one person proposes, a second one closes. It stays closed."""

from datetime import date

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.actors import Actor
from apps.accounts.enums import register_action
from apps.accounts.roles import Role
from apps.accounts.services import log_access
from apps.core import clock, failpoints
from apps.core.errors import Conflict, Forbidden, InvalidInput, Problem, Refused
from apps.ledger import periods
from apps.ledger.enums import PeriodState
from apps.ledger.models import AccountingPeriod

PROPOSED, WITHDRAWN, CLOSED = "period_proposed", "period_withdrawn", "period_closed"
SIGNERS = frozenset({Role.FINANCE_OFFICER, Role.CITY_OFFICER})


def propose_closing(actor: Actor, month: date, *, on: date) -> AccountingPeriod:
    """Ask for the closing of a month; from then on a second person of the city may close it.

    Raises Forbidden for anybody but the city's finance, Refused with all that keeps the month open.
    """
    _require(actor, frozenset({Role.FINANCE_OFFICER}))
    with transaction.atomic():
        period = _locked(month)
        _require_state(period, PeriodState.OPEN)
        _require_nothing_open(period, on)
        period.state, period.proposed_by_id, period.proposed_on = PeriodState.PROPOSED, actor.person_id, on
        period.save()
        log_access(actor, PROPOSED, period)
    return period


def withdraw_closing(actor: Actor, month: date, *, reason: str, on: date) -> AccountingPeriod:  # noqa: ARG001 - as its sisters
    """Take a proposal back, or turn it down, with the reason."""
    _require(actor, SIGNERS)
    if not reason.strip():
        message = _("Say why the month is not closed.")
        raise InvalidInput(problems=[Problem("reason_required", message, field="reason")])
    with transaction.atomic():
        period = _locked(month)
        _require_state(period, PeriodState.PROPOSED)
        period.state, period.proposed_by_id, period.proposed_on = PeriodState.OPEN, None, None
        period.save()
        log_access(actor, WITHDRAWN, period, reason)
    return period


def close_period(actor: Actor, month: date, *, on: date) -> AccountingPeriod:
    """The second signature: the month is closed and takes no posting from now on.

    Waits for postings under way, then looks once more. Raises Refused for who proposed it and for
    everything that keeps the month open.
    """
    _require(actor, SIGNERS)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('ledger_periods', 0))")
        period = _locked(month)
        _require_state(period, PeriodState.PROPOSED)
        if period.proposed_by_id == actor.person_id:
            raise Refused(_("You proposed the closing yourself. Another person closes."), code="segregation")
        _require_nothing_open(period, on)
        period.state, period.closed_by_id, period.closed_at = (
            PeriodState.CLOSED,
            actor.person_id,
            clock.now(),
        )
        period.save()
        failpoints.point("period.closed")
        log_access(actor, CLOSED, period)
    return period


def _locked(month: date) -> AccountingPeriod:
    AccountingPeriod.objects.bulk_create([AccountingPeriod(month=month)], ignore_conflicts=True)
    return AccountingPeriod.objects.select_for_update().get(month=month)


def _require(actor: Actor, roles: frozenset[Role]) -> None:
    if actor.role not in roles or actor.district_code is not None or actor.person_id is None:
        raise Forbidden(_("The city's finance closes the books."), code="not_your_step")


def _require_state(period: AccountingPeriod, state: PeriodState) -> None:
    if period.state != state:
        message = _("The month is now “%(state)s”. Reload the page.")
        raise Conflict(message % {"state": period.get_state_display()}, code="wrong_state")


def _require_nothing_open(period: AccountingPeriod, on: date) -> None:
    problems = periods.obstacles(period, on)
    if problems:
        raise Refused(
            _("The month cannot be closed yet. What is open is listed below."),
            code="period_open",
            problems=problems,
        )


def register_words() -> None:
    """Name these steps for readers of the access log."""
    register_action(PROPOSED, gettext_lazy("Proposed to close a month of the books"))
    register_action(WITHDRAWN, gettext_lazy("Left a month of the books open"))
    register_action(CLOSED, gettext_lazy("Closed a month of the books"))

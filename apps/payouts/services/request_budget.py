"""Requests for budgets: write and submit, sign and post, refuse, withdraw."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.casework.acting import acting
from apps.casework.engine import Opinion, fire
from apps.casework.models import CaseDocument
from apps.casework.services.documents import add_document
from apps.core.errors import Forbidden, InvalidInput, Problem
from apps.core.money import yuan
from apps.core.numbering import next_number
from apps.ledger import services as ledger
from apps.ledger.models import Budget
from apps.ledger.services import credit, debit
from apps.ledger.services.planning import locked_budgets
from apps.payouts.budget_transitions import BUDGET_TRANSITIONS
from apps.payouts.enums import BudgetChange
from apps.payouts.models import BudgetRequest

DOCUMENT = "budget_document"
Pot = tuple[str, str, int]


@dataclass(frozen=True)
class Wanted:
    """What is asked for; the `to_` fields belong to a move, where empty ones stay as the source has them."""

    kind: str
    fund: str
    district: str
    year: int
    amount_fen: int
    document: str
    to_fund: str = ""
    to_district: str = ""
    to_year: int | None = None


def request_budget(actor: Actor, wanted: Wanted, *, upload: Any, on: date) -> BudgetRequest:
    """Write a request with its document and submit it; another person signs.

    Raises `Forbidden` for anybody but finance (a district's officer only within the own district),
    `InvalidInput` for a document that is missing or a move to where the money is, `Refused` for more than
    is free.
    """
    moves = wanted.kind == BudgetChange.MOVE
    target = (
        wanted.to_fund or wanted.fund,
        wanted.to_district or wanted.district,
        wanted.to_year or wanted.year,
    )
    person = _require_finance(actor, {wanted.district, target[1] if moves else wanted.district})
    _require_sound(wanted, target, upload)
    with transaction.atomic():
        with acting(actor, "create"):
            request = BudgetRequest.objects.create(
                number=next_number(BudgetRequest, "YS", on),
                district_id=wanted.district,
                kind=wanted.kind,
                fund_id=wanted.fund,
                year=wanted.year,
                amount_fen=wanted.amount_fen,
                to_fund_id=target[0] if moves else None,
                to_district_id=target[1] if moves else None,
                to_year=target[2] if moves else None,
                document=wanted.document.strip(),
                requested_by_id=person,
            )
        add_document(actor, request, kind=DOCUMENT, upload=upload, title=wanted.document.strip())
        return submit_request(actor, request, on=on)


def submit_request(
    actor: Actor, request: BudgetRequest, *, on: date, opinion: Opinion | None = None
) -> BudgetRequest:
    """Hand a request on for the second signature. Raises what `fire` raises."""
    return fire(
        BUDGET_TRANSITIONS, request, "submit", actor, on=on, opinion=opinion, guard=missing_for_budget
    )


def sign_request(
    actor: Actor, request: BudgetRequest, *, on: date, opinion: Opinion | None = None
) -> BudgetRequest:
    """The second signature: the budgets change and the cash behind them is posted.

    Raises `Refused` where less is free by now than is taken; the database refuses the same.
    """

    def effect(locked: BudgetRequest) -> list[str]:
        _change_budgets(locked, actor, on)
        locked.signed_by_id = actor.person_id
        return ["signed_by"]

    return fire(
        BUDGET_TRANSITIONS,
        request,
        "sign",
        actor,
        on=on,
        opinion=opinion,
        guard=_missing_at_signature,
        effect=effect,
    )


def refuse_request(
    actor: Actor, request: BudgetRequest, *, on: date, opinion: Opinion | None = None
) -> BudgetRequest:
    """Not signed, with the reason."""
    return fire(BUDGET_TRANSITIONS, request, "refuse", actor, on=on, opinion=opinion)


def withdraw_request(
    actor: Actor, request: BudgetRequest, *, on: date, opinion: Opinion | None = None
) -> BudgetRequest:
    """Taken back by finance, with the reason."""
    return fire(BUDGET_TRANSITIONS, request, "withdraw", actor, on=on, opinion=opinion)


def missing_for_budget(request: BudgetRequest, actor: Actor) -> Iterator[Problem]:  # noqa: ARG001 - a guard's signature
    """What keeps a request from being submitted or signed."""
    if not CaseDocument.objects.of(request).exists():
        yield Problem("document_missing", _("Hand in the document that changes the budget."), field="file")
    if request.kind == BudgetChange.APPROPRIATE:
        return
    pot = Budget.objects.filter(
        fund=request.fund_id, district_code=request.district_id, year=request.year
    ).first()
    free = pot.free_fen if pot else 0
    if request.amount_fen > free:
        message = _(
            "%(asked)s yuan are to be taken from a budget of which %(free)s yuan are free; %(reserved)s yuan"
            " are reserved and %(used)s yuan used. Reduce the amount."
        )
        about = {
            "asked": yuan(request.amount_fen),
            "free": yuan(free),
            "reserved": yuan(pot.reserved_fen if pot else 0),
            "used": yuan(pot.used_fen if pot else 0),
        }
        yield Problem("budget_exceeded", message % about, field="amount")


def _missing_at_signature(request: BudgetRequest, actor: Actor) -> Iterator[Problem]:
    _lock_pots(request)
    yield from missing_for_budget(request, actor)


def _lock_pots(request: BudgetRequest) -> None:
    """Both pots in one order, so that two moves in opposite directions do not wait for each other."""
    pots = {(request.district_id, request.year)}
    if request.kind == BudgetChange.MOVE:
        pots.add((str(request.to_district_id), int(request.to_year or 0)))
    for district, year in sorted(pots):
        locked_budgets(district, year)


def _change_budgets(request: BudgetRequest, actor: Actor, on: date) -> None:
    source: Pot = (request.fund_id, request.district_id, request.year)
    fen = request.amount_fen
    if request.kind == BudgetChange.APPROPRIATE:
        _raise(request, source, fen, actor, on, ledger.appropriate, "")
        _post(request, "appropriation", source, fen, actor, on, "")
        return
    _raise(request, source, -fen, actor, on, ledger.adjust, ":out")
    if request.kind == BudgetChange.CUT:
        _post(request, "budget_cut", source, -fen, actor, on, ":out")
        return
    target: Pot = (str(request.to_fund_id), str(request.to_district_id), int(request.to_year or 0))
    _raise(request, target, fen, actor, on, ledger.adjust, ":in")
    # From one year to another the money stays where it is.
    if source[:2] != target[:2]:
        _post(request, "budget_move", source, -fen, actor, on, ":out")
        _post(request, "budget_move", target, fen, actor, on, ":in")


def _raise(request: BudgetRequest, pot: Pot, fen: int, actor: Actor, on: date, verb: Any, part: str) -> None:
    fund, district, year = pot
    verb(
        request.key + part,
        fund=fund,
        district=district,
        year=year,
        amount_fen=fen,
        on=on,
        document=request.document,
        by_id=actor.user_id,
    )


def _post(request: BudgetRequest, kind: str, pot: Pot, fen: int, actor: Actor, on: date, part: str) -> None:
    """The cash behind a budget: in against appropriations, or out again."""
    fund, district, _year = pot
    debited, credited = ("cash", "appropriations") if fen > 0 else ("appropriations", "cash")
    ledger.post(
        request.key + part,
        on,
        kind,
        request.document,
        [
            debit(debited, abs(fen), fund=fund, district=district),
            credit(credited, abs(fen), fund=fund, district=district),
        ],
        posted_by_id=actor.user_id,
        subject_type=request._meta.label_lower,
        subject_id=request.pk,
    )


def _require_finance(actor: Actor, districts: set[str]) -> int:
    """The person who asks: a request is somebody's, never a program's by itself."""
    own = actor.district_code is None or districts == {actor.district_code}
    if actor.role != Role.FINANCE_OFFICER or actor.person_id is None or not own:
        raise Forbidden(
            _("Finance requests changes of budgets, a district its own; between districts the city does."),
            code="not_your_step",
        )
    return actor.person_id


def _require_sound(wanted: Wanted, target: Pot, upload: Any) -> None:
    problems = []
    if not wanted.document.strip():
        message = _("Name the document that makes the money available.")
        problems.append(Problem("document_missing", message, field="document"))
    if upload is None:
        message = _("Hand in the document that changes the budget.")
        problems.append(Problem("document_missing", message, field="file"))
    if wanted.kind == BudgetChange.MOVE and target == (wanted.fund, wanted.district, wanted.year):
        message = _("The money is there already. Choose another fund, district or year.")
        problems.append(Problem("same_pot", message, field="to_fund"))
    if problems:
        raise InvalidInput(problems=problems)

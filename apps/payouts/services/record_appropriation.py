"""Money is made available: a budget and the cash behind it."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.core.errors import Forbidden, InvalidInput, Problem
from apps.ledger import services as ledger
from apps.ledger.models import Budget
from apps.ledger.services import credit, debit


def record_appropriation(
    actor: Actor,
    *,
    key: str,
    fund: str,
    district: str,
    year: int,
    amount_fen: int,
    document: str,
    on: date,
) -> Budget:
    """Raise the budget of a fund, district and year by a document of the finance bureau, and post the cash.

    Raises `Forbidden` for anybody but finance (a district's officer only for the own district).
    """
    if actor.role != Role.FINANCE_OFFICER or actor.district_code not in (None, district):
        raise Forbidden(_("Finance enters budgets, each district its own."), code="not_your_step")
    if not document.strip():
        message = _("Name the document that makes the money available.")
        raise InvalidInput(problems=[Problem("document_missing", message, field="document")])
    with transaction.atomic():
        budget = ledger.appropriate(
            key,
            fund=fund,
            district=district,
            year=year,
            amount_fen=amount_fen,
            document=document,
            on=on,
            by_id=actor.user_id,
        )
        ledger.post(
            key,
            on,
            "appropriation",
            document,
            [
                debit("cash", amount_fen, fund=fund, district=district),
                credit("appropriations", amount_fen, fund=fund, district=district),
            ],
            posted_by_id=actor.user_id,
        )
    return budget

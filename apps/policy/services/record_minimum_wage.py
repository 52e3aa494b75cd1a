"""The city writes down the minimum wage that another authority published."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.enums import AccessAction
from apps.accounts.roles import Role
from apps.accounts.services import log_access
from apps.core.errors import Forbidden, InvalidInput, Problem
from apps.policy.models import MinimumWage

YEARS_AHEAD_MAX = 2


def record_minimum_wage(
    actor: Actor, *, valid_from: date, amount_fen: int, document: str, article: str = "", on: date
) -> MinimumWage:
    """Append the monthly minimum wage that holds from a day on; a correction is a new row of the same day.

    `amount_fen` in fen a month. Raises `Forbidden` for anybody but a city officer, `InvalidInput` for an
    amount that is not positive, a day too far ahead, or no document.
    """
    if actor.role != Role.CITY_OFFICER:
        raise Forbidden(_("The city keeps the minimum wage."), code="not_your_step")
    problems = []
    if amount_fen <= 0:
        problems.append(Problem("amount", _("Enter a monthly wage in yuan."), field="amount"))
    if valid_from.year > on.year + YEARS_AHEAD_MAX:
        problems.append(Problem("too_far", _("This day lies too far ahead."), field="valid_from"))
    if not document.strip():
        problems.append(Problem("no_document", _("Name the document by its number."), field="document"))
    if problems:
        raise InvalidInput(problems=problems)
    with transaction.atomic():
        row = MinimumWage.objects.create(
            valid_from=valid_from,
            amount_fen=amount_fen,
            document=document.strip(),
            article=article.strip(),
            recorded_by_id=actor.account_id,
        )
        log_access(actor, AccessAction.RECORD_CHANGED, row)
    return row

"""A signed correction was chosen wrongly: another one undoes it, with its own document and two persons."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.casework.acting import acting
from apps.casework.enums import PaperState
from apps.casework.services.documents import add_document
from apps.core.errors import Forbidden, InvalidInput, NotFound, Problem, Refused
from apps.core.numbering import next_number
from apps.reconciliation.checks import standing_in_the_way
from apps.reconciliation.enums import UNDONE_BY
from apps.reconciliation.models import Correction
from apps.reconciliation.services.correct import (
    DOCUMENT,
    Wanted,
    papers_missing,
    submit_correction,
    under_way,
)


def request_undoing_of(
    actor: Actor, wrong: Correction, wanted: Wanted, *, upload: Any, on: date
) -> Correction:
    """Write that a signed correction was wrong, with its document, and hand it on; another person signs.

    The signature reverses what was posted, on its own day or the first open one; money that was paid back
    lies in suspense again and its movement is open, and the next reconciliation shows the difference of an
    opening balance again. Raises `Forbidden` for anybody but finance, `NotFound` for a correction of others
    or one that is undone otherwise, `InvalidInput` for what is missing, `Refused` where it was undone
    already, another undoing of it is under way, or its movement or item was explained otherwise since.
    """
    if actor.role != Role.FINANCE_OFFICER or actor.person_id is None:
        raise Forbidden(_("Finance corrects differences."), code="not_your_step")
    rows = Correction.objects.visible_to(actor).select_related("posted", "item", "line")
    found = rows.filter(pk=wrong.pk, state=PaperState.SIGNED, kind__in=UNDONE_BY).first()
    if found is None:
        raise NotFound(
            _("There is no such correction, or it is undone otherwise."), code="no_such_correction"
        )
    problems = list(papers_missing(wanted, upload))
    if wanted.kind != UNDONE_BY[found.kind]:
        message = _("This kind of correction does not fit the difference.")
        problems.append(Problem("kind", message, field="kind"))
    if problems:
        raise InvalidInput(problems=problems)
    barred = list(standing_in_the_way(found))
    if barred:
        raise Refused(problems=barred, code="incomplete")
    try:
        with transaction.atomic():
            with acting(actor, "create"):
                correction = Correction.objects.create(
                    number=next_number(Correction, "GZ", on),
                    kind=wanted.kind,
                    undoes=found,
                    fund_id=found.fund_id,
                    amount_fen=found.amount_fen,
                    line=found.line,
                    item=found.item,
                    transaction_id=found.posted_id,
                    paying_account_id=found.paying_account_id,
                    district_id=found.district_id,
                    document=wanted.document.strip(),
                    explanation=wanted.explanation.strip(),
                    requested_by_id=actor.person_id,
                )
            add_document(actor, correction, kind=DOCUMENT, upload=upload, title=wanted.document.strip())
            return submit_correction(actor, correction, on=on)
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
        if constraint not in ("correction_undone_once", "one_undoing_under_way"):
            raise
        raise under_way() from error

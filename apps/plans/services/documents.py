"""Documents of a plan: handed in while the applicant has it, part of what is submitted."""

from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.casework.models import CaseDocument
from apps.casework.services.documents import add_document, remove_document
from apps.core.errors import InvalidInput, Problem
from apps.plans.enums import PlanDocumentKind
from apps.plans.models import Plan
from apps.plans.services.editing import clean_text, editing


def attach_document(
    actor: Actor, plan: Plan, *, kind: str, upload: Any, title: str = "", replaces: int | None = None
) -> CaseDocument:
    """Add a file to the plan. Raises `InvalidInput` (file or kind), `Conflict` (an office has the plan)."""
    if kind not in PlanDocumentKind.values:
        raise InvalidInput(
            problems=[Problem("kind", _("Choose what the document is."), field="kind")], code="kind"
        )
    text = clean_text(title, row=None, field="title", label=_("Title"), most=200)
    with editing(actor, plan) as edit:
        document = add_document(actor, edit.plan, kind=kind, upload=upload, title=text, replaces=replaces)
        edit.changed = True
    return document


def detach_document(actor: Actor, plan: Plan, document_id: int) -> None:
    """Take a file off the plan; it stays in the history. Raises `NotFound`, `Conflict`."""
    with editing(actor, plan) as edit:
        remove_document(edit.plan, document_id)
        edit.changed = True

"""What both doors show of any case: its history in sentences, its documents, its steps."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.accounts.actors import Actor
from apps.accounts.roles import READERS, Role
from apps.casework import subjects, wording
from apps.casework.models import CaseDocument, Decision, History, Seat
from apps.casework.services.notes import notes_on
from apps.casework.transitions import Transition
from apps.core.workdays import working_days_left


@dataclass(frozen=True)
class Entry:
    """One line of a timeline, as `<c-timeline>` draws it."""

    what: str
    at: Any
    who: str = ""
    role: str = ""
    reason: str = ""
    details: tuple[str, ...] = ()
    tone: str = "info"


def timeline(case: models.Model) -> list[Entry]:
    """Every change of state of a case, newest first, with the decision that went with it."""
    decisions: dict[tuple[str, str, str], list[Decision]] = {}
    for taken in Decision.objects.of(case).prefetch_related("deficiencies"):
        decisions.setdefault((taken.action, taken.from_state, taken.to_state), []).append(taken)
    entries = []
    for row in History.objects.of(case).select_related("person"):
        waiting = decisions.get((row.action, row.from_state, row.to_state), [])
        decision = waiting.pop(0) if waiting else None
        entries.append(_entry(row, decision))
    return entries[::-1]


def _entry(row: History, decision: Decision | None) -> Entry:
    label = subjects.get(row.subject_type).state_label(row.to_state)
    return Entry(
        what=_("%(action)s → %(state)s") % {"action": wording.describe(row), "state": label},
        at=row.at,
        who=row.person.name if row.person else "",
        role=str(Role(row.role).label),
        reason=row.reason,
        details=tuple(_details(decision)) if decision else (),
        tone=_tone(row),
    )


def _tone(row: History) -> str:
    table = subjects.get(row.subject_type).table
    rows = table.named(row.action) if table else ()
    tones = {"success": "good", "danger": "bad", "warning": "warn"}
    return tones.get(rows[0].tone, "info") if rows else "info"


def _details(decision: Decision) -> Iterator[str]:
    questions = subjects.get(decision.subject_type).questions
    for item in decision.checklist:
        if item.get("result") == "fail" or item.get("remark"):
            asked = questions.get(item["code"]) or item.get("label") or item["code"]
            found = item.get("remark") or pgettext("checklist", "Failed")
            yield _("%(item)s: %(found)s") % {"item": asked, "found": found}
    for deficiency in decision.deficiencies.all():
        article = f" ({deficiency.article})" if deficiency.article else ""
        late = " — " + _("was visible at an earlier return") if deficiency.late else ""
        yield f"{deficiency.text}{article}{late}"


def documents(case: models.Model, door: str) -> list[dict[str, Any]]:
    """The documents of a case as `<c-documents>` draws them, with the address in this door."""
    from django.urls import reverse

    kinds = dict(subjects.get(case._meta.label_lower).document_kinds)
    rows = CaseDocument.objects.of(case).select_related("file", "uploaded_by__person")
    return [
        {
            "pk": row.pk,
            "kind": row.kind,
            "label": str(kinds.get(row.kind, row.title)),
            "name": row.title,
            "url": reverse(f"{door}:case_document", args=[case._meta.label_lower, case.pk, row.pk]),
            "size": row.file.size,
            "media_type": row.file.media_type,
            "sha256": row.file.sha256,
            "at": row.uploaded_at,
            "who": row.uploaded_by.person.name if row.uploaded_by.person else "",
        }
        for row in rows
    ]


def open_deficiencies(case: Any) -> list[Any]:
    """The one-time list of the newest return that is still to be corrected."""
    newest = Decision.objects.of(case).filter(deficiencies__isnull=False).order_by("-id").first()
    if newest is None or newest.to_state != case.state:
        return []
    return list(newest.deficiencies.order_by("id"))


def page(actor: Actor, case: Any, door: str, on: Any) -> dict[str, Any]:
    """The context that the shared fragments of a case need; `includes/case_*.html` draw them."""
    label = case._meta.label_lower
    days = working_days_left(on, case.deadline_on) if getattr(case, "deadline_on", None) else None
    steps = subjects.steps_for(case, actor)
    barred = steps_of_others(case, actor, steps)
    return {
        "case": case,
        "case_label": label,
        "case_door": door,
        "case_timeline": timeline(case),
        "case_documents": documents(case, door),
        "case_document_kinds": subjects.get(label).document_kinds,
        "case_notes": notes_on(actor, case),
        "case_read_only": actor.role in READERS,
        "case_steps": [step for step in steps if step not in barred],
        "case_barred": barred,
        "case_deficiencies": open_deficiencies(case),
        "case_days": days,
    }


def steps_of_others(case: Any, actor: Actor, steps: Iterable[Transition]) -> list[Transition]:
    """Those of the steps that another person must take: this one holds another chair in the case."""
    seated = [step for step in steps if step.seat]
    if not seated or actor.person_id is None:
        return []
    label, pk = case.subject
    held = Seat.objects.filter(subject_type=label, subject_id=pk, person_id=actor.person_id).first()
    return [step for step in seated if held is not None and held.seat != step.seat]


def requires_sentence(step: Transition) -> bool:
    """Whether the form of a step has to ask for more than a click."""
    return step.reason_required or step.deficiencies

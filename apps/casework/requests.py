"""From a posted form to a step: read the opinion, find the service, call it. Shared by both doors."""

from datetime import date
from typing import Any

from django.db import models
from django.http import FileResponse, HttpRequest
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.casework import subjects
from apps.casework.engine import Opinion
from apps.casework.models import CaseDocument
from apps.casework.transitions import Transition
from apps.core.errors import Conflict, NotFound
from apps.core.files import open_file

_SAFE_INLINE = {"application/pdf", "image/jpeg", "image/png"}


def read_opinion(request: HttpRequest) -> Opinion:
    """The opinion in a posted step form.

    Fields: `reason`, `version`, `check-<code>` with `remark-<code>` and `label-<code>`, and the parallel
    lists `defect-code`, `defect-article`, `defect-text` (rows without a text are left out).
    """
    posted = request.POST
    checklist = [
        {
            "code": name.removeprefix("check-"),
            "label": posted.get("label-" + name.removeprefix("check-"), ""),
            "result": value,
            "remark": posted.get("remark-" + name.removeprefix("check-"), "").strip(),
        }
        for name, value in posted.items()
        if name.startswith("check-") and value
    ]
    texts = posted.getlist("defect-text")
    codes = posted.getlist("defect-code") + [""] * len(texts)
    articles = posted.getlist("defect-article") + [""] * len(texts)
    deficiencies = [
        {"code": codes[i] or f"free-{i + 1}", "article": articles[i], "text": text.strip()}
        for i, text in enumerate(texts)
        if text.strip()
    ]
    version = posted.get("version", "")
    return Opinion(
        reason=posted.get("reason", "").strip(),
        checklist=checklist,
        deficiencies=deficiencies,
        version=int(version) if version.isascii() and version.isdigit() else None,
    )


def step_of(case: models.Model, action: str, actor: Actor) -> Transition:
    """The step that is asked for, if the case and the role offer it. Raises `Conflict` otherwise."""
    for step in subjects.steps_for(case, actor):
        if step.action == action:
            return step
    raise Conflict(
        _("This step is not possible any more, or not yours. Reload the page to see what is."),
        code="wrong_state",
    )


def take_step(actor: Actor, case: models.Model, action: str, opinion: Opinion, *, on: date) -> Any:
    """Call the service that takes this step. Raises what the service raises; `NotFound` for no such step."""
    service = subjects.get(case._meta.label_lower).services.get(action)
    if service is None:
        raise NotFound(_("There is no such step."), code="no_such_step")
    return service(actor, case, on=on, opinion=opinion)


def send_document(case: models.Model, document_id: int) -> FileResponse:
    """A document of a case as a response: checked against its digest, never run by the browser."""
    row = (
        CaseDocument.objects.filter(subject_type=case._meta.label_lower, subject_id=case.pk, pk=document_id)
        .select_related("file")
        .first()
    )
    if row is None:
        raise NotFound(_("There is no such document."), code="no_such_document")
    inline = row.file.media_type in _SAFE_INLINE
    response = FileResponse(
        open_file(row.file),
        as_attachment=not inline,
        filename=row.file.name,
        content_type=row.file.media_type,
    )
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    response["X-Content-Type-Options"] = "nosniff"
    # Whole or not at all: a file is checked against its digest as a whole.
    response["Accept-Ranges"] = "none"
    response["Cache-Control"] = "private, no-store"
    return response

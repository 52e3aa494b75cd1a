"""Documents of a case: hand in, replace, remove. A file that was once handed in is never lost."""

from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.casework import subjects
from apps.casework.models import CaseDocument
from apps.core import clock
from apps.core.errors import NotFound
from apps.core.files import store_upload


def add_document(
    actor: Actor, case: models.Model, *, kind: str, upload: Any, title: str = "", replaces: int | None = None
) -> CaseDocument:
    """Store an upload as a document of the case; `replaces` names the document that it takes the place of.

    Raises `InvalidInput` for a file that is too large or not of a permitted kind.
    """
    stored = store_upload(upload, kinds=subjects.get(case._meta.label_lower).files_for(kind))
    with transaction.atomic():
        document = CaseDocument.objects.create(
            subject_type=case._meta.label_lower,
            subject_id=case.pk,
            kind=kind,
            title=title.strip() or upload.name[:200],
            file=stored,
            uploaded_by_id=actor.account_id,
        )
        if replaces is not None:
            CaseDocument.objects.of(case).filter(pk=replaces).exclude(pk=document.pk).update(
                replaced_by=document
            )
    return document


def remove_document(case: models.Model, document_id: int) -> None:
    """Take a document off a case; the row and the file stay for the history. Raises `NotFound`."""
    if not CaseDocument.objects.of(case).filter(pk=document_id).update(removed_at=clock.now()):
        raise NotFound(_("There is no such document."), code="no_such_document")

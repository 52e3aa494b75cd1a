"""Notes between applicant and office."""

from django.db import models
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import OFFICIALS, READERS
from apps.casework.enums import Audience
from apps.casework.models import Note
from apps.core.errors import Forbidden, InvalidInput, Problem

OFFICE = OFFICIALS | READERS
NOTE_LENGTH_MAX = 2000


def add_note(actor: Actor, case: models.Model, *, text: str, audience: str = Audience.BOTH) -> Note:
    """Write a note on a case that the actor may see.

    Raises `InvalidInput` for an empty or overlong text and `Forbidden` where an applicant tries to
    write a note that only the office would read.
    """
    text = text.strip()
    if not text:
        raise InvalidInput(problems=[Problem("empty_note", _("Write the note first."), field="text")])
    if len(text) > NOTE_LENGTH_MAX:
        message = _("A note has at most %(count)s characters.") % {"count": NOTE_LENGTH_MAX}
        raise InvalidInput(problems=[Problem("long_note", message, field="text")])
    if audience == Audience.OFFICE and actor.role not in OFFICE:
        raise Forbidden(_("Only the office writes notes for the office alone."), code="office_note")
    return Note.objects.create(
        subject_type=case._meta.label_lower,
        subject_id=case.pk,
        audience=audience,
        text=text,
        author_id=actor.account_id,
        author_role=actor.role,
    )


def notes_on(actor: Actor, case: models.Model) -> models.QuerySet[Note]:
    """The notes on a case that this actor may read, newest first."""
    rows = Note.objects.filter(subject_type=case._meta.label_lower, subject_id=case.pk)
    if actor.role not in OFFICE:
        rows = rows.filter(audience=Audience.BOTH)
    return rows.select_related("author__person").order_by("-id")

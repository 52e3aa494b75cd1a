"""Take in a roster file and have it read in the background."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.apprentices.checks import being_read
from apps.apprentices.models import RosterFile, TrainingClass
from apps.apprentices.sentences import ROSTER_TITLE
from apps.apprentices.services.guards import hold_open_roster
from apps.core.errors import Conflict
from apps.core.files import clean_name, store_upload
from apps.core.jobs import enqueue

READ_ROSTER = "apprentices.read_roster"


def upload_roster(actor: Actor, training_class: TrainingClass, upload: Any, *, on: date) -> RosterFile:
    """Keep the file (sealed: it holds ID numbers) and enqueue its reading; returns the file's row.

    Raises `InvalidInput` for a file that is no xlsx or csv or is too large, `Conflict` while another
    file of the class is being read or when the roster is closed.
    """
    with transaction.atomic():
        training_class = hold_open_roster(actor, training_class)
        if being_read(training_class).exists():
            raise Conflict(
                _("Another file of this class is being read. Wait until it is done."),
                code="roster_being_read",
            )
        stored = store_upload(upload, kinds=("xlsx", "csv"), sealed=True)
        roster_file = RosterFile.objects.create(
            training_class=training_class,
            file=stored,
            name=clean_name(upload.name or "")[:255],
            judged_on=on,
            uploaded_by_id=actor.account_id,
        )
        roster_file.job = enqueue(
            READ_ROSTER,
            params={"roster_file": roster_file.pk},
            started_by_id=actor.user_id,
            unique_key=f"{READ_ROSTER}:{roster_file.pk}",
            title=ROSTER_TITLE.say(number=training_class.number),
        )
        roster_file.save(update_fields=["job"])
    return roster_file

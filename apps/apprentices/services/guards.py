"""What the verbs of a roster share: whose class it is, and whether it is still open."""

from django.db import connection
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.apprentices.checks import OPEN_ROSTER
from apps.apprentices.models import TrainingClass
from apps.core.errors import Conflict, Forbidden, NotFound


def hold_open_roster(actor: Actor, training_class: TrainingClass) -> TrainingClass:
    """Load the class for a change of its roster and keep it from being submitted until the commit.

    Several changes may go on side by side (shared lock); submitting waits for them. Raises `Forbidden`
    for another role, `NotFound` for another's class, `Conflict` once the roster was handed in.
    """
    if not actor.is_enterprise:
        raise Forbidden(_("Only the enterprise changes the roster."), code="not_your_step")
    keep_from_submission(training_class.pk)
    found = (
        TrainingClass.objects.visible_to(actor).select_related("line").filter(pk=training_class.pk).first()
    )
    if found is None:
        raise NotFound(_("There is no such class, or it is not yours."), code="no_such_case")
    if found.state not in OPEN_ROSTER:
        raise Conflict(
            _("The roster was handed in and cannot be changed now (%(state)s).")
            % {"state": found.get_state_display()},
            code="roster_closed",
        )
    return found


def keep_from_submission(training_class_id: int) -> None:
    """Hold the class's row so that its state stays until the commit; others may hold it as well."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM apprentices_trainingclass WHERE id = %s FOR SHARE", [training_class_id])

"""A request to write a recovery off: a document, a reason and two persons."""

from typing import Self

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.access import scope_q
from apps.accounts.actors import Actor
from apps.casework.enums import PaperState
from apps.casework.models import CaseQuerySet, TwoPersonPaper, of_two_persons
from apps.casework.triggers import state_triggers
from apps.core.triggers import Guard
from apps.payouts.models.recovery import Recovery
from apps.payouts.recovery_guards import write_off_guard
from apps.payouts.write_off_transitions import WRITE_OFF_TRANSITIONS

_CONTENT_STANDS = """
    IF (OLD.number, OLD.recovery_id, OLD.district_id, OLD.amount_fen, OLD.document, OLD.reason,
        OLD.requested_by_id)
       IS DISTINCT FROM
       (NEW.number, NEW.recovery_id, NEW.district_id, NEW.amount_fen, NEW.document, NEW.reason,
        NEW.requested_by_id) THEN
        RAISE EXCEPTION 'a write-off stays as it was requested: withdraw it and write another one'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'payouts_write_off_stands';
    END IF;
    RETURN NEW;
"""


class WriteOffQuerySet(CaseQuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """A district's own; all of them to the city."""
        return self.filter(scope_q(actor, enterprise=None, institution=None))


class RecoveryWriteOff(TwoPersonPaper):
    """What is given up of a recovery (核销). Only the signature posts; the claim on the enterprise stays.

    `document` names the paper; the paper itself is a document of the case. In the books: `ledger_key`.
    """

    number = models.CharField(pgettext_lazy("write-off", "Request number"), max_length=40, unique=True)
    recovery = models.ForeignKey(Recovery, models.PROTECT, related_name="write_offs")
    amount_fen = models.BigIntegerField(_("Amount"))
    reason = models.TextField(_("Reason"), max_length=1000)

    objects = WriteOffQuerySet.as_manager()

    class Meta:
        verbose_name = _("Write-off")
        ordering = ["-id"]
        triggers = [
            *state_triggers(WRITE_OFF_TRANSITIONS),
            Guard(
                name="content_stands",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=_CONTENT_STANDS,
            ),
            write_off_guard(),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=PaperState.values), name="write_off_state_known"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="write_off_of_something"),
            models.CheckConstraint(
                condition=~Q(document="") & ~Q(reason=""), name="write_off_names_document_and_reason"
            ),
            of_two_persons("write_off_of_two_persons"),
            models.UniqueConstraint(
                fields=["recovery"],
                condition=Q(state__in=[PaperState.DRAFT, PaperState.SUBMITTED]),
                name="one_open_write_off_per_recovery",
            ),
        ]
        indexes = [models.Index(fields=["district", "state", "-id"], name="write_off_by_district")]

    def __str__(self) -> str:
        return self.number

    @property
    def enterprise_id(self) -> int:
        """Whose debt it is."""
        return self.recovery.enterprise_id

    @property
    def ledger_key(self) -> str:
        """The transaction in the books."""
        return f"write-off:{self.pk}"

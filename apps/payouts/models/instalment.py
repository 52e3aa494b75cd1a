"""An agreement to repay a recovery in instalments, and reminders of what is due."""

from typing import Self

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.access import scope_q
from apps.accounts.actors import Actor
from apps.casework.models import CaseQuerySet, TwoPersonPaper, of_two_persons
from apps.casework.triggers import state_triggers
from apps.core.append_only import AppendOnlyModel
from apps.core.triggers import Guard
from apps.payouts.agreement_transitions import AGREEMENT_TRANSITIONS
from apps.payouts.enums import AgreementState
from apps.payouts.models.recovery import Recovery

_CONTENT_STANDS = """
    IF (OLD.number, OLD.recovery_id, OLD.enterprise_id, OLD.district_id, OLD.amount_fen, OLD.document,
        OLD.requested_by_id)
       IS DISTINCT FROM
       (NEW.number, NEW.recovery_id, NEW.enterprise_id, NEW.district_id, NEW.amount_fen, NEW.document,
        NEW.requested_by_id) THEN
        RAISE EXCEPTION 'an instalment agreement stays as it was asked for: withdraw it and write another one'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'payouts_agreement_stands';
    END IF;
    IF NEW.state = 'in_force' AND OLD.state <> 'in_force' AND (
        NEW.amount_fen <> (SELECT coalesce(sum(i.amount_fen), 0) FROM public.payouts_instalment i
                            WHERE i.agreement_id = NEW.id)
        OR NOT EXISTS (SELECT 1 FROM public.payouts_recovery r
                        WHERE r.id = NEW.recovery_id AND (NEW.amount_fen =
                              r.amount_fen - r.received_fen - r.offset_fen - r.written_off_fen
                              OR OLD.state = 'ended' AND
                              r.amount_fen - r.received_fen - r.offset_fen - r.written_off_fen
                              BETWEEN 1 AND NEW.amount_fen))
    ) THEN
        RAISE EXCEPTION 'the instalments make up what is open when the agreement is signed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payouts_agreement_whole';
    END IF;
    RETURN NEW;
"""

_ONLY_WHILE_WRITTEN = """
    IF NOT EXISTS (SELECT 1 FROM public.payouts_instalmentagreement a
                    WHERE a.id = NEW.agreement_id AND a.state = 'draft') THEN
        RAISE EXCEPTION 'the instalments of an agreement that was handed on stay as they are'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'payouts_agreement_stands';
    END IF;
    RETURN NEW;
"""


# The states of an agreement that was signed.
_SIGNED = [AgreementState.IN_FORCE, AgreementState.ENDED, AgreementState.BROKEN, AgreementState.LAPSED]


class AgreementQuerySet(CaseQuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """Own agreements; a district's; the city's."""
        return self.filter(scope_q(actor, institution=None))


class InstalmentAgreement(TwoPersonPaper):
    """When what part of a recovery is to be repaid (分期还款协议). It holds from the second signature on.

    `amount_fen` is what was open then. `document` names the paper, which is a document of the case.
    """

    number = models.CharField(_("Agreement number"), max_length=40, unique=True)
    state = models.CharField(
        _("State"), max_length=32, choices=AgreementState.choices, default=AgreementState.DRAFT
    )
    recovery = models.ForeignKey(Recovery, models.PROTECT, related_name="agreements")
    enterprise = models.ForeignKey("enterprises.Enterprise", models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField(_("Amount"))

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("Instalment agreement")
        ordering = ["-id"]
        triggers = [
            *state_triggers(AGREEMENT_TRANSITIONS),
            Guard(
                name="content_stands",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=_CONTENT_STANDS,
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=AgreementState.values), name="agreement_state_known"
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0) & ~Q(document=""), name="agreement_of_something"
            ),
            of_two_persons("agreement_of_two_persons", _SIGNED),
            models.UniqueConstraint(
                fields=["recovery"],
                condition=Q(
                    state__in=[AgreementState.DRAFT, AgreementState.SUBMITTED, AgreementState.IN_FORCE]
                ),
                name="one_agreement_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=["district", "state", "-id"], name="agreement_by_district")]

    def __str__(self) -> str:
        return self.number


class Instalment(AppendOnlyModel):
    """One part of an agreement and its day."""

    agreement = models.ForeignKey(
        InstalmentAgreement, models.PROTECT, related_name="instalments", db_index=False
    )
    position = models.PositiveSmallIntegerField()
    due_on = models.DateField(_("Due on"))
    amount_fen = models.BigIntegerField(_("Amount"))

    class Meta(AppendOnlyModel.Meta):
        ordering = ["position"]
        triggers = [
            Guard(
                name="only_while_written",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=_ONLY_WHILE_WRITTEN,
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "position"], name="one_instalment_per_position"),
            models.UniqueConstraint(fields=["agreement", "due_on"], name="one_instalment_per_day"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="instalment_of_something"),
        ]


class RecoveryReminder(AppendOnlyModel):
    """A reminder (催缴) that went out: for which deadline, on which of the city's days, over how much."""

    recovery = models.ForeignKey(Recovery, models.PROTECT, related_name="reminders", db_index=False)
    due_on = models.DateField(pgettext_lazy("repayment", "Deadline"))
    days = models.SmallIntegerField(_("Days from the deadline"))
    open_fen = models.BigIntegerField(_("Still open"))
    sent_on = models.DateField(_("Sent on"))
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta(AppendOnlyModel.Meta):
        verbose_name = _("Reminder")
        constraints = [
            models.UniqueConstraint(fields=["recovery", "due_on", "days"], name="reminded_once"),
            models.CheckConstraint(condition=Q(open_fen__gt=0), name="reminder_of_something"),
        ]

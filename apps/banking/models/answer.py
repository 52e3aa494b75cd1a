"""What the bank answered of one payment in writing, where its result files do not say it."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.access import scope_q
from apps.accounts.actors import Actor
from apps.banking.answer_guards import written_answer_guards
from apps.banking.answer_transitions import ANSWER_TRANSITIONS
from apps.banking.enums import AnswerState, EntryState
from apps.banking.models.batch import BatchEntry
from apps.casework.models import CaseQuerySet, TwoPersonPaper, of_two_persons
from apps.casework.triggers import state_triggers

SAID = [(one.value, one.label) for one in (EntryState.PAID, EntryState.FAILED)]
_STANDING = [AnswerState.DRAFT, AnswerState.SUBMITTED, AnswerState.SIGNED]


class WrittenAnswerQuerySet(CaseQuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """A district's own; all of them to the city."""
        return self.filter(scope_q(actor, enterprise=None, institution=None))


class WrittenAnswer(TwoPersonPaper):
    """The bank's letter on one payment of a batch (银行书面答复): paid, or not. Only the signature answers.

    `document` names the letter; the letter itself is a document of the case.
    """

    number = models.CharField(pgettext_lazy("bank's answer", "Number"), max_length=40, unique=True)
    state = models.CharField(
        _("State"), max_length=32, choices=AnswerState.choices, default=AnswerState.DRAFT
    )
    entry = models.ForeignKey(BatchEntry, models.PROTECT, related_name="written_answers")
    outcome = models.CharField(
        pgettext_lazy("bank's answer", "What the bank says"), max_length=16, choices=SAID
    )
    paid_on = models.DateField(_("Paid on"), null=True, blank=True)
    bank_serial = models.CharField(_("Bank's serial number"), max_length=64, blank=True)
    reason = models.CharField(_("The bank's reason"), max_length=300, blank=True)
    document = models.CharField(pgettext_lazy("bank's answer", "The bank's letter"), max_length=200)
    requested_by = models.ForeignKey(
        "accounts.Person",
        models.PROTECT,
        verbose_name=pgettext_lazy("bank's answer", "Entered by"),
        related_name="+",
    )

    objects = WrittenAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("Bank's answer in writing")
        ordering = ["-id"]
        triggers = [*state_triggers(ANSWER_TRANSITIONS), *written_answer_guards()]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=AnswerState.values), name="written_answer_state_known"
            ),
            models.CheckConstraint(
                name="written_answer_is_whole",
                condition=Q(outcome=EntryState.PAID, paid_on__isnull=False, reason="") & ~Q(bank_serial="")
                | Q(outcome=EntryState.FAILED, paid_on=None, bank_serial="") & ~Q(reason=""),
            ),
            models.CheckConstraint(condition=~Q(document=""), name="written_answer_names_the_letter"),
            of_two_persons("written_answer_of_two_persons"),
            models.UniqueConstraint(
                fields=["entry"], condition=Q(state__in=_STANDING), name="one_written_answer_per_payment"
            ),
        ]
        indexes = [models.Index(fields=["district", "state", "-id"], name="written_answer_by_district")]

    def __str__(self) -> str:
        return self.number

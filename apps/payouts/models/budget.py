"""A request to change a budget: money is entered, moved or cut by a document and two signatures."""

from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.access import scope_q
from apps.accounts.actors import Actor
from apps.casework.enums import PaperState
from apps.casework.models import CaseQuerySet, TwoPersonPaper
from apps.casework.triggers import state_triggers
from apps.core.triggers import Guard
from apps.payouts.budget_transitions import BUDGET_TRANSITIONS
from apps.payouts.enums import BudgetChange

_CONTENT_STANDS = """
    IF (OLD.district_id, OLD.kind, OLD.fund_id, OLD.year, OLD.amount_fen, OLD.to_fund_id, OLD.to_district_id,
        OLD.to_year, OLD.document, OLD.requested_by_id)
       IS DISTINCT FROM
       (NEW.district_id, NEW.kind, NEW.fund_id, NEW.year, NEW.amount_fen, NEW.to_fund_id, NEW.to_district_id,
        NEW.to_year, NEW.document, NEW.requested_by_id) THEN
        RAISE EXCEPTION 'a request for a budget stays as it was written: withdraw it and write another one'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'payouts_budget_request_stands';
    END IF;
    RETURN NEW;
"""


class BudgetRequestQuerySet(CaseQuerySet):
    def visible_to(self, actor: Actor | None) -> Self:
        """A district's own; all of them to the city."""
        return self.filter(scope_q(actor, enterprise=None, institution=None))


class BudgetRequest(TwoPersonPaper):
    """Money for, out of, or from one pot (fund, district, year) to another. Only its signature posts.

    `document` names the paper; the paper itself is a document of the case.
    """

    number = models.CharField(_("Request number"), max_length=40, unique=True)
    kind = models.CharField(_("Kind of change"), max_length=12, choices=BudgetChange.choices)
    fund = models.ForeignKey("ledger.Fund", models.PROTECT, verbose_name=_("Fund"), related_name="+")
    year = models.PositiveSmallIntegerField(_("Year"))
    amount_fen = models.BigIntegerField(_("Amount"))
    to_fund = models.ForeignKey(
        "ledger.Fund", models.PROTECT, verbose_name=_("To fund"), null=True, blank=True, related_name="+"
    )
    to_district = models.ForeignKey(
        "accounts.District",
        models.PROTECT,
        verbose_name=_("To district"),
        null=True,
        blank=True,
        related_name="+",
    )
    to_year = models.PositiveSmallIntegerField(_("To year"), null=True, blank=True)
    # Its day is that of the movement of the budget.
    signed_on = None

    objects = BudgetRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("Budget request")
        ordering = ["-id"]
        triggers = [
            *state_triggers(BUDGET_TRANSITIONS),
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
                condition=Q(state__in=PaperState.values), name="budget_request_state_known"
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="budget_request_of_something"),
            models.CheckConstraint(condition=~Q(document=""), name="budget_request_names_document"),
            models.CheckConstraint(
                name="budget_request_of_two_persons",
                condition=Q(signed_by=None) & ~Q(state=PaperState.SIGNED)
                | Q(signed_by__isnull=False, state=PaperState.SIGNED) & ~Q(signed_by=F("requested_by")),
            ),
            models.CheckConstraint(
                name="budget_request_moves_elsewhere",
                condition=~Q(kind=BudgetChange.MOVE) & Q(to_fund=None, to_district=None, to_year=None)
                | Q(
                    kind=BudgetChange.MOVE,
                    to_fund__isnull=False,
                    to_district__isnull=False,
                    to_year__isnull=False,
                )
                & ~Q(to_fund=F("fund"), to_district=F("district"), to_year=F("year")),
            ),
        ]
        indexes = [models.Index(fields=["district", "state", "-id"], name="budget_request_by_district")]

    def __str__(self) -> str:
        return f"{self.number} {self.get_kind_display()}"

    @property
    def key(self) -> str:
        """The key under which the budgets and the ledger know it."""
        return f"budget-request:{self.pk}"

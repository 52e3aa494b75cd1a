"""What this room tells the others: its kinds of case, its words, and what it has them ask."""

from operator import attrgetter
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.roles import Role
from apps.casework import dead_jobs, subjects
from apps.core import tones
from apps.core.money import yuan
from apps.ledger.kinds import name_kinds
from apps.ledger.periods import register_obstacle
from apps.reconciliation import invariants, sentences, tasks
from apps.reconciliation.obstacles import corrections_under_way, differences_open, not_reconciled
from apps.reconciliation.services import correct, reconcile
from apps.reconciliation.transitions import CORRECTION_TRANSITIONS


def in_a_few_words(correction: Any) -> str:
    """What is done, over how much, by which document."""
    return _("%(kind)s: %(amount)s yuan by %(document)s") % {
        "kind": correction.get_kind_display(),
        "amount": yuan(correction.amount_fen),
        "document": correction.document,
    }


register_obstacle("reconciled", not_reconciled, desk_url="desk:reconciliation")
register_obstacle("differences", differences_open, desk_url="desk:break_list")
register_obstacle("corrections", corrections_under_way, desk_url="desk:correction_list")
dead_jobs.shown_at(reconcile.RUN, desk="desk:reconciliation_run", role=Role.FINANCE_OFFICER)
for table in ("break", "breakevent"):
    tones.register(
        {"open": "bad", "explained": "info", "corrected": "good", "gone": "neutral"},
        of=f"reconciliation.{table}.state",
    )
name_kinds(
    {
        "bank_charge": pgettext_lazy("ledger", "Charge of the bank"),
        "bank_interest": pgettext_lazy("ledger", "Interest of the bank"),
        "suspense": pgettext_lazy("ledger", "Taken to suspense"),
        "pay_back": pgettext_lazy("ledger", "Suspense money paid back"),
        "opening": pgettext_lazy("ledger", "Opening balance"),
        "repost": pgettext_lazy("ledger", "Posted again"),
    }
)
subjects.register(
    subjects.Subject(
        label="reconciliation.correction",
        name=_("Correction"),
        table=CORRECTION_TRANSITIONS,
        desk_url="desk:correction",
        services={
            "submit": correct.submit_correction,
            "sign": correct.sign_correction,
            "refuse": correct.refuse_correction,
            "withdraw": correct.withdraw_correction,
        },
        document_kinds=((correct.DOCUMENT, _("Document of the correction")),),
        summary=in_a_few_words,
        amount=attrgetter("amount_fen"),
        related=("district",),
    )
)

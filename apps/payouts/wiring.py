"""What this room tells the others: its kinds of case, its words, and what it has them ask."""

from operator import attrgetter
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.casework import dead_jobs, subjects, wording
from apps.core import tones
from apps.core.money import yuan
from apps.ledger.kinds import name_kinds
from apps.ledger.periods import register_obstacle
from apps.payouts import (
    budget_invariants,
    invariants,
    recovery_invariants,
    sentences,
    tasks,
)
from apps.payouts.agreement_transitions import AGREEMENT_TRANSITIONS
from apps.payouts.budget_transitions import BUDGET_TRANSITIONS
from apps.payouts.obstacles import orders_without_an_answer
from apps.payouts.services import (
    agree_instalments,
    record_payment,
    release_many,
    release_payment,
    remind_recoveries,
    remind_settlement,
    request_budget,
    sign_recovery,
    undo_receipt,
    write_off,
)
from apps.payouts.write_off_transitions import WRITE_OFF_TRANSITIONS


def in_a_few_words(request: Any) -> str:
    """How much, for which fund and year, by which document."""
    return _("%(year)s, %(fund)s: %(amount)s yuan by %(document)s") % {
        "year": request.year,
        "fund": request.fund.label,
        "amount": yuan(request.amount_fen),
        "document": request.document,
    }


def reminder_in_words(notice: Any) -> str:
    """How much of which notice is open and since or until when."""
    about = {
        "number": notice.params["name"],
        "open": yuan(notice.params["open_fen"]),
        "day": notice.params["due"],
        "late": notice.params["late"],
    }
    if notice.params["late"]:
        text = _(
            "Reminder: recovery notice %(number)s was due on %(day)s, %(late)s days ago; %(open)s yuan are"
            " open."
        )
    else:
        text = _("Reminder: %(open)s yuan of recovery notice %(number)s are to be repaid by %(day)s.")
    return str(text % about)


def settle_in_words(notice: Any) -> str:
    """Which class is over, and by when it has to be settled."""
    text = _(
        "Class %(name)s is over. Report every result and claim the remainder by %(due)s; afterwards the"
        " district can ask back what was advanced for whom nothing is due."
    )
    return str(text % {"name": notice.params["name"], "due": notice.params["due"]})


def unsettled_in_words(notice: Any) -> str:
    """Which class was not settled in time."""
    text = _("Class %(name)s was not settled by %(due)s. The advance can be asked back from its page.")
    return str(text % {"name": notice.params["name"], "due": notice.params["due"]})


def undone_in_words(notice: Any) -> str:
    """Which receipt counts no more, why, and what is open now."""
    return _(
        "%(amount)s yuan received on %(day)s were not meant for recovery notice %(number)s and count no more:"
        " %(reason)s. %(open)s yuan are open."
    ) % {
        "number": notice.params["name"],
        "amount": yuan(notice.params["amount_fen"]),
        "day": notice.params["day"],
        "open": yuan(notice.params["open_fen"]),
        "reason": notice.params["reason"],
    }


def write_off_in_a_few_words(request: Any) -> str:
    """Whose debt, how much of which notice, by which document."""
    return _("%(enterprise)s, %(notice)s: %(amount)s yuan by %(document)s") % {
        "enterprise": request.recovery.enterprise.organisation.name,
        "notice": request.recovery.number,
        "amount": yuan(request.amount_fen),
        "document": request.document,
    }


register_obstacle("orders", orders_without_an_answer, desk_url="desk:payment_list")
name_kinds(
    {
        "appropriation": pgettext_lazy("ledger", "Appropriation"),
        "obligation": pgettext_lazy("ledger", "Signed claim"),
        "payment": pgettext_lazy("ledger", "Payment"),
        "recovery": pgettext_lazy("ledger", "Recovery notice"),
        "budget_cut": pgettext_lazy("ledger", "Budget cut"),
        "budget_move": pgettext_lazy("ledger", "Budget moved"),
        "receipt": pgettext_lazy("ledger", "Money received"),
        "offset": pgettext_lazy("ledger", "Recovery set off"),
        "write_off": pgettext_lazy("ledger", "Recovery written off"),
    }
)
subjects.register(
    subjects.Subject(
        label="payouts.budgetrequest",
        name=_("Budget request"),
        table=BUDGET_TRANSITIONS,
        desk_url="desk:budget_request",
        services={
            "submit": request_budget.submit_request,
            "sign": request_budget.sign_request,
            "refuse": request_budget.refuse_request,
            "withdraw": request_budget.withdraw_request,
        },
        document_kinds=((request_budget.DOCUMENT, _("Budget document")),),
        summary=in_a_few_words,
        amount=attrgetter("amount_fen"),
        related=("fund", "district"),
    )
)
wording.say(remind_recoveries.CODE, reminder_in_words)
wording.say(undo_receipt.CODE, undone_in_words)
wording.say(remind_settlement.ENDED, settle_in_words)
wording.say(remind_settlement.OVERDUE, unsettled_in_words)
tones.register(
    {
        "released": "info",
        "set_off": "money",
        "issued": "warn",
        "partly": "warn",
        "repaid": "good",
        "written_off": "neutral",
        "in_force": "good",
        "broken": "bad",
        "lapsed": "neutral",
    }
)
subjects.register(
    subjects.Subject(
        label="payouts.recovery",
        name=_("Recovery notice"),
        desk_url="desk:recovery_detail",
        portal_url="portal:recovery_notice",
    )
)
subjects.register(
    subjects.Subject(
        label="payouts.recoverywriteoff",
        name=_("Write-off"),
        table=WRITE_OFF_TRANSITIONS,
        desk_url="desk:write_off",
        services={
            "submit": write_off.submit_write_off,
            "sign": write_off.sign_write_off,
            "refuse": write_off.refuse_write_off,
            "withdraw": write_off.withdraw_write_off,
        },
        document_kinds=((write_off.DOCUMENT, _("Write-off document")),),
        summary=write_off_in_a_few_words,
        amount=attrgetter("amount_fen"),
        related=("recovery__enterprise__organisation", "district"),
    )
)
subjects.register(
    subjects.Subject(
        label="payouts.instalmentagreement",
        name=_("Instalment agreement"),
        table=AGREEMENT_TRANSITIONS,
        desk_url="desk:agreement",
        portal_url="portal:agreement",
        services={
            "submit": agree_instalments.submit_agreement,
            "sign": agree_instalments.sign_agreement,
            "refuse": agree_instalments.refuse_agreement,
            "withdraw": agree_instalments.withdraw_agreement,
        },
        document_kinds=((agree_instalments.DOCUMENT, _("Signed agreement")),),
        summary=write_off_in_a_few_words,
        amount=attrgetter("amount_fen"),
        related=("recovery__enterprise__organisation", "district"),
    )
)
# The money steps of a claim are taken here, a floor above the claim itself.
subjects.add_services(
    "claims.claim",
    {
        "sign_recovery": sign_recovery.sign_recovery,
        "sign_settled": sign_recovery.sign_settled,
        "release": release_payment.release_payment,
        "record_failure": record_payment.record_failure,
    },
)
subjects.add_background(
    "claims.claim",
    {"release": subjects.Background(release_many.enqueue_release, "desk:release_detail")},
)
dead_jobs.shown_at(release_many.RELEASE, desk="desk:release_detail")

"""What this room tells the others: its kinds of case, its words, and what it has them ask."""

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from apps.banking import holding, invariants, pay_to, sealing, sentences, tasks
from apps.banking.answer_transitions import ANSWER_TRANSITIONS
from apps.banking.obstacles import batches_under_way, movements_unexplained
from apps.banking.services import answer_in_writing, batch_steps, paying_accounts
from apps.banking.transitions import BATCH_TRANSITIONS
from apps.casework import dead_jobs, subjects, wording
from apps.core import tones
from apps.core.money import yuan
from apps.ledger.periods import register_obstacle
from apps.payouts.notice.facts import accounts_come_from
from apps.payouts.services.record_payment import hold_orders
from apps.payouts.services.release_payment import hold_attempts

if TYPE_CHECKING:
    from django.db.models import Model

    from apps.casework.transitions import Transition


def entered_in_words(notice: Any) -> str:
    """Which account waits for its second signature, and where it is found."""
    text = gettext(
        "Paying account %(account)s was entered. Another person compares it with the paper of the bank and "
        "signs for it: Payment batches, Paying accounts."
    )
    return text % {"account": notice.params["name"]}


def offers(_batch: "Model", step: "Transition") -> bool:
    """Whether a person takes this step; that the bank has answered is said by its file."""
    return step.action != "answer"


def in_a_few_words(batch: Any) -> str:
    """How many payments, how much in all, on which day."""
    text = ngettext(
        "%(count)s payment, %(total)s yuan, for %(day)s",
        "%(count)s payments, %(total)s yuan, for %(day)s",
        batch.count,
    )
    return text % {
        "count": batch.count,
        "total": yuan(batch.total_fen),
        "day": batch.pay_on.isoformat(),
    }


def answer_in_a_few_words(answer: Any) -> str:
    """Which payment of which batch, and what the bank's letter says of it."""
    return gettext("%(batch)s, %(order)s: %(amount)s yuan, %(outcome)s by %(document)s") % {
        "batch": answer.entry.batch.number,
        "order": answer.entry.order_number,
        "amount": yuan(answer.entry.amount_fen),
        "outcome": answer.get_outcome_display(),
        "document": answer.document,
    }


register_obstacle("batches", batches_under_way, desk_url="desk:batch_list")
register_obstacle("movements", movements_unexplained, desk_url="desk:statement_list")
hold_orders(holding.refuse_by_hand)
hold_attempts(holding.refuse_second)
accounts_come_from(pay_to.account_of, pay_to.read_account)
dead_jobs.shown_at(tasks.TAKE_RESULT, desk="desk:batch_detail", key="batch")
wording.say(paying_accounts.ENTERED, entered_in_words, desk_url="desk:paying_accounts")
tones.register(
    {
        "checked": "info",
        "signed": "good",
        "sent": "info",
        "answered": "good",
        "waiting": "neutral",
    }
)
tones.register({"pending": "info"}, of="banking.resultline.outcome")
subjects.register(
    subjects.Subject(
        label="banking.paymentbatch",
        name=_("Payment batch"),
        table=BATCH_TRANSITIONS,
        desk_url="desk:batch_detail",
        services={
            "check": batch_steps.check_batch,
            "send_back": batch_steps.send_back_batch,
            "sign": batch_steps.sign_batch,
            "send": batch_steps.send_batch,
            "not_taken": batch_steps.take_back_batch,
            "close": batch_steps.close_batch,
            "cancel": batch_steps.cancel_batch,
        },
        offers=offers,
        summary=in_a_few_words,
    )
)
subjects.register(
    subjects.Subject(
        label="banking.writtenanswer",
        name=_("Bank's answer in writing"),
        table=ANSWER_TRANSITIONS,
        desk_url="desk:written_answer",
        services={
            "submit": answer_in_writing.submit_answer,
            "sign": answer_in_writing.sign_answer,
            "refuse": answer_in_writing.refuse_answer,
            "withdraw": answer_in_writing.withdraw_answer,
        },
        document_kinds=((answer_in_writing.DOCUMENT, _("Letter of the bank")),),
        summary=answer_in_a_few_words,
        amount=attrgetter("entry.amount_fen"),
        related=("entry__batch", "district"),
    )
)

"""What an answer of the bank does to a payment and its batch, whether a file says it or a letter."""

from collections.abc import Iterable, Mapping
from datetime import date

from apps.accounts.actors import Actor
from apps.banking.enums import BatchState, EntryState
from apps.banking.formats.contents import Outcome
from apps.banking.formats.contents import ResultLine as Line
from apps.banking.models import BatchEntry, PaymentBatch
from apps.banking.services.match_lines import match_open_lines
from apps.banking.transitions import BATCH_TRANSITIONS
from apps.casework.engine import Opinion, fire
from apps.payouts.services.record_payment import record_failure, record_payment


def apply_answer(actor: Actor, entry: BatchEntry, line: Line, on: date) -> None:
    """Record the payment, or its failure, as the bank says. Raises what recording it raises."""
    claim = entry.order.claim
    if line.outcome is Outcome.PAID and line.paid_on is not None:
        record_payment(actor, claim, on=on, paid_on=line.paid_on, bank_serial=line.bank_serial, by_bank=True)
    else:
        record_failure(actor, claim, on=on, opinion=Opinion(reason=line.reason), by_bank=True)


def answer_entries(entries: Mapping[str, BatchEntry], final: Iterable[Line]) -> None:
    """Write into the entries, by their order numbers, what the bank finally said."""
    changed = []
    for line in final:
        entry = entries[line.order_number]
        entry.state = EntryState(line.outcome.value)
        entry.paid_on = line.paid_on
        entry.bank_serial = line.bank_serial if line.outcome is Outcome.PAID else ""
        entry.reason = line.reason if line.outcome is Outcome.FAILED else ""
        changed.append(entry)
    BatchEntry.objects.bulk_update(changed, ["state", "paid_on", "bank_serial", "reason"], batch_size=1000)


def go_on(actor: Actor, batch: PaymentBatch, on: date) -> None:
    """Move a batch on of which every payment is answered, and look for its payments among the movements."""
    waiting = batch.entries.filter(live=True, state=EntryState.WAITING)
    if batch.state == BatchState.SENT and not waiting.exists():
        fire(BATCH_TRANSITIONS, batch, "answer", actor, on=on)
    match_open_lines(actor, batch.paying_account_id, on=on)

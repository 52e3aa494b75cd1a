"""Steps with the bank's letters: what it answers of one payment in writing, by two people of finance."""

from datetime import date

from apps.banking.models import BatchEntry, WrittenAnswer
from apps.banking.services import answer_in_writing as answering
from apps.banking.services.answer_in_writing import Letter
from tests.factories.recoveries import paper as document
from tests.faults.answer_steps import receive_named, settle
from tests.faults.figures import DONE, Batch, Entry, Paper
from tests.faults.paper_steps import KINDS, Kind, hand_in
from tests.faults.world import World


def answer_in_writing(world: World, batch: Batch) -> bool:
    """Finance asks the bank of a payment that no file answered, and enters its letter."""
    settle(world, batch)
    entry = next((one for one in batch.live() if one.state == "waiting" and _known(world, one)), None)
    if entry is None:
        return False
    order = world.bank.book.orders[entry.order.number]
    listed = BatchEntry.objects.get(batch_id=batch.pk, order_number=entry.order.number)
    says = Letter(order.state, "银行函〔2023〕8号", reason=order.reason)
    if order.state == "paid":
        day = date.fromisoformat(order.paid_on)
        says = Letter("paid", "银行函〔2023〕8号", paid_on=day, bank_serial=order.serial)
    under_way = any(
        paper.state == "submitted" and paper.what == "letter:" and paper.about[1] is entry
        for paper in world.papers
    )
    hand_in(
        world, f"letter: on {entry.order.number} of {batch.number}", LETTER,
        lambda: answering.enter_answer(world.town.maker, listed, says, upload=document(), on=world.day),
        "answer_open" if under_way else DONE, (batch, entry), world.town.maker,
    )  # fmt: skip
    return True


def _known(world: World, entry: Entry) -> bool:
    """Whether the bank has made or refused it, in a month that is open."""
    order = world.bank.book.orders.get(entry.order.number)
    if order is None or order.state == "pending":
        return False
    return not order.paid_on or date.fromisoformat(order.paid_on) > world.closed_to


def _may_sign(_world: World, paper: Paper) -> bool:
    batch, entry = paper.about
    return batch.state == "sent" and entry.live and entry.state == "waiting"


def _signed(world: World, paper: Paper) -> None:
    """Tell the auditor what the letter said, which is what the bank did."""
    batch, entry = paper.about
    order = world.bank.book.orders[entry.order.number]
    entry.state = order.state
    if order.state == "paid":
        world.audit.pay(entry.claim, order.serial)
    else:
        world.audit.fail(entry.claim)
    if all(one.state != "waiting" for one in batch.live()):
        batch.go("answered")
    receive_named(world)


LETTER = Kind(
    WrittenAnswer, answering.sign_answer, answering.refuse_answer, answering.withdraw_answer,
    may=_may_sign, note=_signed, signer="checker",
)  # fmt: skip
KINDS["letter:"] = LETTER

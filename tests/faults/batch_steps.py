"""Steps with batches: made up, checked, signed, sent, given up, closed."""

from apps.banking.models import (
    BatchEntry,
    PayingAccount,
    PaymentBatch,
)
from apps.banking.services.batch_steps import cancel_batch, check_batch, close_batch, send_batch, sign_batch
from apps.banking.services.build_batch import build_batch, take_out
from apps.banking.services.freezing import make_file, regenerate
from apps.casework.engine import Opinion
from apps.payouts.models import PaymentOrder
from tests.faults.figures import DONE, Batch, Entry
from tests.faults.town import DISTRICT
from tests.faults.world import World


def stored(batch: Batch) -> PaymentBatch:
    """The batch as it is stored."""
    return PaymentBatch.objects.get(pk=batch.pk)


def stands_at(batch: Batch, state: str) -> bool:
    return PaymentBatch.objects.filter(pk=batch.pk, state=state).exists()


def payees_stand(world: World, batch: Batch) -> bool:
    """Whether every payment of the batch still goes to the enterprise's account of today."""
    return all(entry.order.account == world.audit.accounts[entry.claim.shop] for entry in batch.live())


# A batch is made, checked, signed, sent.


def build(world: World) -> bool:
    """Finance makes up a batch of all released orders that are in none, or of some of them."""
    free = [claim for claim in world.claims("released") if world.entry_of(claim) is None]
    if not free:
        return False
    if not world.calm and len(free) > 1 and world.dice.random() < 0.4:
        free = free[:1]
    if world.calm:
        free = [claim for claim in free if claim.order.account == world.audit.accounts[claim.shop]]
        if not free:
            return False
    right = all(claim.order.account == world.audit.accounts[claim.shop] for claim in free)
    numbers = [claim.order.number for claim in free]
    keys = list(PaymentOrder.objects.filter(number__in=numbers).order_by("id").values_list("pk", flat=True))
    account = PayingAccount.objects.get(pk=world.town.account_id)
    before = set(world.batches)

    def request() -> PaymentBatch:
        return build_batch(
            world.town.maker, account, district=DISTRICT, orders=keys, pay_on=world.day, on=world.day
        )

    def made() -> PaymentBatch | None:
        return PaymentBatch.objects.exclude(pk__in=before).order_by("-pk").first()

    def note(came: PaymentBatch | None) -> None:
        found = came or made()
        order = {claim.order.number: claim for claim in free}
        listed = (
            BatchEntry.objects.filter(batch=found).order_by("position").values_list("order_number", flat=True)
        )
        entries = [Entry(order[number], order[number].order) for number in listed]
        for entry in entries:
            entry.order.batch = found.number
        world.batches[found.pk] = Batch(found.pk, found.number, world.day, entries)
        world.trace[-1] += f" {found.number}"

    base = set(PaymentBatch.objects.values_list("pk", flat=True))
    before |= base
    answer = world.ask(
        f"build a batch of {numbers}", request, DONE if right else "not_payable", then=note,
        seen=lambda: made() is not None,
    )  # fmt: skip
    if answer == DONE and not world.calm and world.dice.random() < 0.2:
        world.ask("the same orders into another batch", request, "not_payable", seen=lambda: False)
    return True


def batch_on(world: World, batch: Batch) -> bool:
    """Whoever has the batch on the desk takes the next ordinary step."""
    step = {"draft": check, "checked": sign, "signed": send, "answered": close}.get(batch.state)
    return step(world, batch) if step else False


def _move(world: World, batch: Batch, service, actor, allowed, target: str, *, opinion=None) -> str:
    shown = stored(batch)
    more = {} if opinion is None else {"opinion": opinion}
    return world.ask(
        f"{service.__name__} {batch.number}",
        lambda: service(actor, shown, on=world.day, **more),
        allowed,
        then=lambda _r: batch.go(target),
        seen=lambda: stands_at(batch, target),
    )


def check(world: World, batch: Batch) -> bool:
    if not world.calm and world.dice.random() < 0.05:
        _move(world, batch, check_batch, world.town.maker, "segregation", "checked")
    if not batch.live():
        return cancel(world, batch)
    right = payees_stand(world, batch)
    answer = _move(world, batch, check_batch, world.town.checker, DONE if right else "incomplete", "checked")
    if answer == "incomplete":
        take_out_wrong(world, batch)
    return True


def take_out_wrong(world: World, batch: Batch) -> None:
    """Each payment whose account changed is taken out; its release is void."""
    for entry in list(batch.live()):
        if entry.order.account != world.audit.accounts[entry.claim.shop]:
            take_one_out(world, batch, entry)


def take_one_out(world: World, batch: Batch, entry: Entry) -> bool:
    void = entry.order.account != world.audit.accounts[entry.claim.shop]
    listed = BatchEntry.objects.get(batch_id=batch.pk, order_number=entry.order.number)

    def note(_came: object) -> None:
        entry.live = False
        entry.order.batch = ""
        if void:
            world.audit.fail(entry.claim)

    world.ask(
        f"take {entry.order.number} out of {batch.number}",
        lambda: take_out(world.town.maker, listed, on=world.day, reason="账户有变"),
        DONE,
        then=note,
        seen=lambda: BatchEntry.objects.filter(pk=listed.pk, live=False).exists(),
    )
    return True


def sign(world: World, batch: Batch) -> bool:
    right = payees_stand(world, batch)
    if not world.calm and world.dice.random() < 0.05:
        _move(world, batch, sign_batch, world.town.checker, "segregation", "signed")
    answer = _move(world, batch, sign_batch, world.town.signer, DONE if right else "incomplete", "signed")
    if answer == "incomplete":
        return cancel(world, batch)
    return True


def send(world: World, batch: Batch) -> bool:
    """The frozen file goes to the bank; it is made again first and has to be the same to the byte."""
    right = payees_stand(world, batch)
    answer = _move(world, batch, send_batch, world.town.maker, DONE if right else "incomplete", "sent")
    if answer == "incomplete":
        return cancel(world, batch)
    if batch.state == "sent":
        hand_over(world, batch)
    return True


def hand_over(world: World, batch: Batch) -> None:
    """The bank gets the file and holds it against what the auditor knows to be right."""
    if any(order.batch == batch.number for order in world.bank.book.orders.values()):
        return
    found = stored(batch)
    if not regenerate(found).same:
        raise world.fail(f"the file of {batch.number} is another one when it is made again")
    world.bank.take(make_file(found))
    asked = {
        order.number: (order.amount_fen, order.payee_account)
        for order in world.bank.book.of_batch(batch.number)
    }
    right = {entry.order.number: (entry.order.amount, entry.order.account) for entry in batch.live()}
    if asked != right:
        raise world.fail(f"the file of {batch.number} says {asked}, and right is {right}")
    world.say(f"the bank has {batch.number}")


def cancel(world: World, batch: Batch) -> bool:
    """A batch that did not leave is given up; its orders are free again."""

    def note(_came: object) -> None:
        batch.go("cancelled")
        for entry in batch.live():
            entry.live = False
            entry.order.batch = ""

    shown = stored(batch)
    world.ask(
        f"cancel {batch.number}",
        lambda: cancel_batch(world.town.maker, shown, on=world.day, opinion=Opinion(reason="重做")),
        DONE,
        then=note,
        seen=lambda: stands_at(batch, "cancelled"),
    )
    return True


def close(world: World, batch: Batch) -> bool:
    """Closed only when a statement shows every payment."""
    unseen = BatchEntry.objects.filter(batch_id=batch.pk, live=True, state="paid", match=None)
    missing = unseen.exclude(order_number__in=world.never_made).exists()
    answer = _move(world, batch, close_batch, world.town.maker, "incomplete" if missing else DONE, "closed")
    return answer != "incomplete"

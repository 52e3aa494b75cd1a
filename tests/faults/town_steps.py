"""Steps of the town: accounts, results, people who leave, budgets, days; and money that comes back."""

from apps.apprentices.enums import EnrolmentState
from apps.apprentices.models import Enrolment
from apps.apprentices.services import withdraw_enrolment
from apps.casework.engine import Opinion
from apps.core import clock
from apps.enterprises.models import BankAccount
from apps.payouts.models import Recovery, RecoveryReceipt
from apps.payouts.services.receive_recovery import receive_recovery
from tests.factories import claims as make
from tests.factories import enterprises
from tests.faults import town
from tests.faults.figures import DONE, Claim
from tests.faults.rules import WITHDRAWN
from tests.faults.world import World

# What happens to the enterprises and their people.


def change_account(world: World, shop: int) -> bool:
    """An enterprise's old account is retired and another one confirmed."""
    organisation = world.town.shops[shop].money.shop.enterprise.organisation
    BankAccount.objects.filter(organisation=organisation, state="confirmed").update(
        state="retired", retired_at=clock.now(), retired_reason="换了银行"
    )
    account = enterprises.bank_account(organisation)
    audit = world.audit
    for other in audit.accounts:
        if audit.owner[other] == audit.owner[shop]:
            audit.accounts[other] = account.account_number
    world.say(f"enterprise {audit.owner[shop]} has another account")
    return True


def assess(world: World, shop: int) -> bool:
    """The result of an apprentice is recorded."""
    waiting = [person for person in world.audit.people[shop] if not person.outcome]
    if not waiting:
        return False
    person = world.dice.choice(waiting)
    outcome = world.dice.choice(("passed", "passed", "failed"))
    certified = outcome == "passed" and world.dice.random() < 0.6
    enrolment = Enrolment.objects.get(pk=person.pk)
    make.result(world.town.shops[shop].money, enrolment, outcome, certificate=certified, on=world.day)
    person.outcome, person.certified = outcome, certified
    world.say(f"apprentice {person.pk} {outcome}{' with certificate' if certified else ''}")
    return True


def leave(world: World, shop: int) -> bool:
    """An apprentice gives the training up."""
    here = [person for person in world.audit.people[shop] if not person.outcome]
    if not here:
        return False
    person = world.dice.choice(here)
    enrolment = Enrolment.objects.get(pk=person.pk)

    def note(_came: object) -> None:
        person.outcome = WITHDRAWN

    world.ask(
        f"apprentice {person.pk} leaves",
        lambda: withdraw_enrolment(
            world.town.shops[shop].money.clerk, enrolment, on=world.day, opinion=Opinion(reason="离职")
        ),
        DONE,
        then=note,
        seen=lambda: Enrolment.objects.filter(pk=person.pk, state=EnrolmentState.WITHDRAWN).exists(),
    )
    return True


def raise_budget(world: World) -> bool:
    """The finance bureau gives more money."""
    from apps.ledger.models import BudgetMovement

    fund = world.dice.choice(world.audit.rules.fund_order)
    fen = world.dice.randrange(1, 30_000_00)
    key = f"raised:{len(world.trace)}"

    def request() -> None:
        town.appropriate(world.town.finance, fund, fen, key=key, on=world.day)

    def note(_came: object) -> None:
        world.audit.appropriate(fund, fen)
        world.raised.append((key, fen))

    answer = world.ask(
        f"raise the budget of {fund} by {fen}",
        request,
        DONE,
        then=note,
        seen=lambda: BudgetMovement.objects.filter(key=key).exists(),
    )
    if answer == DONE and world.dice.random() < 0.2:
        world.ask("the same appropriation again", request, DONE, seen=lambda: True)
    return True


# Money that comes back.


def notice(claim: Claim) -> Recovery:
    """The recovery notice of a claim."""
    return Recovery.objects.get(claim_id=claim.pk)


def repay(world: World, claim: Claim, fen: int | None = None) -> bool:
    """The enterprise pays, wholly or in part, into the account that the notice names."""
    waiting = sum(amount for other, amount in world.receipts.values() if other is claim)
    owed = claim.wanted_fen - waiting
    if owed <= 0:
        return False
    fen = fen or world.dice.choice((owed, owed, max(1, owed // 3), 1))
    movement = world.bank.receive(
        world.town.account_number, fen, world.day, payer="企业", reference=f"退回补贴 {notice(claim).number}"
    )
    world.receipts[movement.serial] = (claim, fen)
    world.say(f"the enterprise repays {fen} of {claim.number}")
    return True


def receive_by_hand(world: World, claim: Claim) -> bool:
    """Finance records what it saw on the bank's screen, before the statement comes; perhaps twice."""
    known = [serial for serial, (other, _fen) in world.receipts.items() if other is claim]
    known = [serial for serial in sorted(known) if serial not in world.audit.serials]
    if not known:
        return False
    serial = world.dice.choice(known)
    fen = world.receipts[serial][1]
    found = notice(claim)
    # Undone, it may be recorded anew: that is another request.
    key = f"hand:{serial}:{len(world.trace)}"
    closed = world.day <= world.closed_to

    def request(key: str = key) -> RecoveryReceipt:
        return receive_recovery(
            world.town.finance, found, amount_fen=fen, received_on=world.day, bank_serial=serial, key=key,
            on=world.day,
        )  # fmt: skip

    def note(_came: object) -> None:
        world.receipts.pop(serial)
        world.audit.receive(claim, fen, serial)

    def seen() -> bool:
        return RecoveryReceipt.objects.filter(key=key).exists()

    answer = world.ask(
        f"receive {fen} for {claim.number}",
        request,
        "more_than_owed" if fen > claim.wanted_fen else "period_closed" if closed else DONE,
        then=note,
        seen=seen,
    )
    often = 0.8 if "receipt" in world.favour else 0.3
    if answer == DONE and world.dice.random() < often:
        world.ask("the same receipt again", request, DONE, seen=seen)
    if answer == DONE and world.dice.random() < often:
        other = {"serial_used", "more_than_owed"}
        world.ask("the same serial number again", lambda: request(f"{key}:b"), other, seen=lambda: False)
    return True


def receive_too_much(world: World, claim: Claim) -> bool:
    """More than is owed is not taken for the notice."""
    found = notice(claim)
    serial = f"Z{len(world.trace):09d}"
    world.ask(
        f"receive too much for {claim.number}",
        lambda: receive_recovery(
            world.town.finance, found, amount_fen=claim.wanted_fen + 1, received_on=world.day,
            bank_serial=serial, key=serial, on=world.day,
        ),
        "more_than_owed",
        seen=lambda: RecoveryReceipt.objects.filter(key=serial).exists(),
    )  # fmt: skip
    return True


def day_passes(world: World) -> bool:
    """Some days pass."""
    world.day_passes(world.dice.choice((1, 1, 2, 4)))
    return True

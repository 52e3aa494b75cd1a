"""How a schedule begins that is about something: what has to meet before that comes about."""

from tests.faults import answer_steps as answers
from tests.faults import background_steps as background
from tests.faults import batch_steps as batches
from tests.faults import claim_steps as claims
from tests.faults import correction_steps as corrections
from tests.faults import letter_steps as letters
from tests.faults import opening_steps as openings
from tests.faults import paper_steps as papers
from tests.faults import town_steps as others
from tests.faults import undo_steps as undoing
from tests.faults import wrong_steps as wrong
from tests.faults.desk import ordinary, some_paper
from tests.faults.figures import OWING, REMAINDER
from tests.faults.world import World


def begin(world: World, more: tuple[str, ...]) -> None:
    """Where a schedule is about something, it begins with what that needs."""
    if "settlement" in more or (more and world.dice.random() < 0.1):
        owing = any(name in more for name in ("write-off", "instalments"))
        _settlement(world, whole=not owing and world.dice.random() < 0.7)
    for claim in world.claims("recovering"):
        asks = [ask for name, ask in ASKS.items() if name in more]
        for _time in range(2):
            running = claim.agreement is not None and claim.agreement.state == "in_force"
            if asks and not running and world.dice.choice(asks)(world, claim) and "wait" not in more:
                some_paper(world)
    if "follow" in more:
        world.day_passes(world.dice.choice((2, 9, 9)))
        papers.follow(world)
    if "budget paper" in more:
        papers.ask_budget(world)
        some_paper(world)
    if "stray" in more:
        _found_money(world)
    elif "pay back" in more:
        _paid_back(world)
    _mistaken(world, more)
    if "month" in more and world.dice.random() < 0.5:
        # The month ends while payments of it are on their way.
        for _step in range(3):
            ordinary(world)
        world.day_passes(8)
        background.month(world)


def _found_money(world: World) -> None:
    """The bank's own movement is found in a statement and explained; out of suspense it goes on its way."""
    corrections.stray(world)
    for _round in range(3):
        world.day_passes()
        answers.statement(world)
        background.reconcile(world)
        corrections.ask_correction(world)
        some_paper(world)
        if not corrections.pay_back(world) and not world.held():
            return
    if wrong.undo_correction(world):
        some_paper(world)


def _paid_back(world: World) -> None:
    """A stranger's money lies in suspense, a movement is taken for its way back, and it was not."""
    corrections.stray(world, "stranger")
    for _day in range(6):
        world.day_passes()
        answers.statement(world)
        background.reconcile(world)
        if corrections.ask_correction(world):
            some_paper(world)
        if wrong.undo_correction(world):
            some_paper(world)
            return
        under_way = [found for found in world.strays.values() if found.what == "pay back"]
        if all(found.explained for found in under_way):
            corrections.pay_back(world)


def _mistaken(world: World, more: tuple[str, ...]) -> None:
    """Something is believed that is not so, and a correction says so."""
    if "undo receipt" in more:
        _misread(world, more)
    if "undo match" in more:
        _misled(world)
    if "letter" in more:
        _in_writing(world)
    if "sent back" in more and "undo match" not in more:
        _together(world)
    if "opening" in more and openings.further_account(world):
        background.reconcile(world)
        if openings.opening(world):
            some_paper(world)


def _misread(world: World, more: tuple[str, ...]) -> None:
    """Money comes for a notice, is found in the statement or recorded before, and is another's."""
    for claim in world.claims(*OWING):
        others.repay(world, claim)
        if world.dice.random() < 0.4:
            others.receive_by_hand(world, claim)
        if world.dice.random() < 0.5:
            others.repay(world, claim, 100)
    world.day_passes()
    if world.dice.random() < 0.8:
        answers.statement(world)
    background.reconcile(world)
    for claim in world.claims("recovering") if "instalments" in more else ():
        # Agreed over what the money left: the agreement falls with the receipt.
        if papers.ask_instalments(world, claim):
            some_paper(world)
    if undoing.undo_receipt(world) or undoing.undo_unseen_receipt(world):
        some_paper(world)
        undoing.receive_anew(world)


def _to_the_bank(world: World) -> None:
    """What can be paid is signed, released, and goes to the bank."""
    for claim in world.claims("second_signature", "approved"):
        for _step in range(3):
            claims.go_on(world, claim)
    batches.build(world)
    for batch in world.in_states("draft", "checked", "signed"):
        for _step in range(3):
            batches.batch_on(world, batch)


def _in_writing(world: World) -> None:
    """The bank's files leave payments out, or come late; its letters are entered, signed or overtaken."""
    _to_the_bank(world)
    for batch in world.in_states("sent"):
        if world.dice.random() < 0.3:
            answers.result(world, batch)
        for _letter in range(2):
            if letters.answer_in_writing(world, batch) and world.dice.random() < 0.7:
                some_paper(world)
        if world.dice.random() < 0.5:
            answers.result(world, batch, by_job=world.dice.random() < 0.3)
            some_paper(world)


def _together(world: World) -> None:
    """Payments come back, two of them in one movement, which is divided; later ones are paid anew."""
    _to_the_bank(world)
    for batch in world.in_states("sent"):
        answers.settle(world, batch)
        answers.result(world, batch)
    for claim in world.claims("paid"):
        if world.dice.random() < 0.6:
            answers.send_back(world, claim)
    world.day_passes()
    answers.statement(world)
    answers.undo_returned(world)
    if undoing.undo_return(world):
        some_paper(world)


def _misled(world: World) -> None:
    """A payment goes through the bank, which then says or does something else."""
    _to_the_bank(world)
    for batch in world.in_states("sent"):
        answers.settle(world, batch)
        answers.result(world, batch)
    for claim in world.claims("paid"):
        if world.dice.random() < 0.3:
            answers.send_back(world, claim)
    first = world.dice.choice((undoing.never_moved, undoing.never_moved, undoing.booked_late))
    first(world)
    world.day_passes(world.dice.choice((1, 9)))
    answers.statement(world)
    answers.undo_returned(world)
    background.reconcile(world)
    for step in (undoing.undo_return, undoing.never_paid, undoing.undo_match):
        if step(world):
            some_paper(world)


ASKS = {"write-off": papers.ask_write_off, "instalments": papers.ask_instalments}


def _settlement(world: World, *, whole: bool) -> None:
    """The first class comes to its end: results, somebody who left, and the claim for the remainder."""
    for _person in world.town.shops[0].enrolments if whole else (None,):
        # Where one of them leaves first, the others' remainder is set off against what is owed for that one.
        world.dice.choice((others.leave, others.assess) if whole else (others.leave,))(world, 0)
    claims.compute(world, 0, REMAINDER)
    for claim in world.claims("draft"):
        while claim.state in ("draft", "district_review", "second_signature"):
            before = claim.state
            claims.go_on(world, claim)
            if claim.state == before:
                break

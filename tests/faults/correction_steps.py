"""Steps with what the bank moves by itself: strangers' money, charges, interest; and what it is taken for."""

from datetime import date

from apps.banking.models import StatementLine, StatementMatch
from apps.ledger.models import Transaction
from apps.reconciliation.models import Break, Correction
from apps.reconciliation.services import correct
from tests.factories.recoveries import paper as document
from tests.faults.figures import DONE, OWING, Claim, Paper, Stray
from tests.faults.paper_steps import KINDS, Kind, hand_in
from tests.faults.town import PAPER
from tests.faults.undo_steps import Undoing
from tests.faults.world import World

SUSPENSE = ("unidentified", "suspense")
# What the rule books without a person, and up to which amount.
BY_RULE = {"charge": ("bank_charges", 500_00), "interest": ("bank_interest", 100_000_00)}
ACCOUNTS = {"charge": "bank_charges", "interest": "bank_interest"}


def stray(world: World, what: str = "") -> bool:
    """The bank moves money on its own: a stranger pays in, charges, interest, money for a budget."""
    what = what or world.dice.choice(("stranger", "stranger", "charge", "interest", "budget"))
    number = world.town.account_number
    about, fen = {"counterparty_name": "", "reference": f"汇划费{len(world.trace)}"}, -1
    if what == "stranger":
        fen = world.dice.randrange(1, 5_000_00)
        about = {"counterparty_name": "某公司", "reference": f"往来款{len(world.trace)}"}
    elif what == "charge":
        fen = -world.dice.choice((15_00, 500_00, 500_01))
    elif what == "interest":
        fen = world.dice.choice((88_88, 100_000_00, 100_000_01))
        about = {"counterparty_name": "北京银行朝阳支行", "reference": f"结息{len(world.trace)}"}
    elif world.raised:
        fen = world.dice.choice(world.raised)[1]
        named = world.dice.random() < 0.5
        about = {"counterparty_name": "市财政局", "reference": PAPER if named else f"拨款{len(world.trace)}"}
        what = "named budget" if named else "budget"
    else:
        return False
    _moved(world, number, fen, what, about)
    return True


def _moved(world: World, number: str, fen: int, what: str, about: dict[str, str]) -> None:
    movement = world.bank.book.move(number, world.day, fen, **about)
    found = Stray(movement.serial, fen, world.day, what)
    world.strays[found.serial] = found
    world.say(f"the bank moves {fen}: {what}")


def name_overpaid(world: World) -> None:
    """Money for a notice that is more than is owed by now stays unexplained: finance looks after it."""
    for serial, (claim, fen) in list(world.receipts.items()):
        movement = next(m for m in world.bank.book.movements if m.serial == serial)
        day = date.fromisoformat(movement.day)
        if fen > claim.wanted_fen and day <= world.stated_to:
            world.receipts.pop(serial)
            world.strays[serial] = Stray(serial, fen, day, "overpaid")


def pay_back(world: World) -> bool:
    """A stranger's money that lies in suspense is paid back to him."""
    held = [item for item in world.held() if item.about.stray.fen > 0]
    if not held or world.dice.random() < 0.3:
        return False
    item = world.dice.choice(held)
    about = {"counterparty_name": "某公司", "reference": f"退往来款{len(world.trace)}"}
    _moved(world, world.town.account_number, -item.about.stray.fen, "pay back", about)
    return True


def booked_by_rule(world: World, *, done: bool) -> None:
    """What a run of the reconciliation explained by its rules, movement by movement."""
    for found in world.unexplained():
        matched = StatementMatch.objects.filter(line__bank_serial=found.serial).exists()
        limit = BY_RULE.get(found.what, ("", 0))[1]
        right = (
            abs(found.fen) <= limit if limit else found.what == "named budget" and _has_posting(world, found)
        )
        if matched and not right:
            raise world.fail(f"the rule explained {found.what} over {found.fen}")
        if done and right and not matched:
            raise world.fail(f"the rule did not explain {found.what} over {found.fen}")
        if matched and limit:
            world.audit.book(found, BY_RULE[found.what][0], world.audit.rules.fund_order[0])
        elif matched:
            found.explained = True
            world.raised.remove(next(raised for raised in world.raised if raised[1] == found.fen))


def _has_posting(world: World, found: Stray) -> bool:
    return any(fen == found.fen for _key, fen in world.raised)


# Corrections.


class Content:
    """What a correction says: of which movement, as what, for which fund, about which item or claim."""

    def __init__(self, stray: Stray, kind: str, fund: str, item: Paper | None, claim: Claim | None) -> None:
        self.stray, self.kind, self.fund, self.item, self.claim = stray, kind, fund, item, claim
        self.cleared = self.undone = False
        self.posting: tuple[str, int] | None = None


def ask_correction(world: World) -> bool:
    """Finance says what a movement is, or whose money in suspense is; another person will sign."""
    choices: list[tuple[Break, Content]] = []
    standing = Break.objects.filter(state__in=["open", "explained"]).order_by("id")
    for difference in standing.filter(kind__in=["line_in", "line_out", "charge", "interest"]):
        found = world.strays.get(_serial(difference))
        if found is not None and found.day <= world.stated_to and not found.explained:
            choices.append((difference, _content(world, found, difference)))
    if not world.calm:
        for difference in standing.filter(kind="suspense"):
            item = next(item for item in world.items if item.pk == difference.item_id)
            choices.append((difference, _clearing(world, item)))
    free = [pair for pair in choices if not _under_way(world, pair[1])]
    if not free:
        return False
    back = [pair for pair in free if pair[1].kind == "pay_back"]
    # Much has to meet before money can be paid back: then mostly somebody says so.
    chosen = back if back and not world.calm and world.dice.random() < 0.8 else free
    difference, about = free[0] if world.calm else world.dice.choice(chosen)
    wanted = correct.Wanted(
        kind=about.kind, document="银行回单", explanation="查明", fund=about.fund,
        transaction=_posting(about), item=about.item.pk if about.item else None,
        recovery=_notice(about),
    )  # fmt: skip
    made = hand_in(
        world, f"correction: {about.kind} of {about.stray.what} over {about.stray.fen}", CORRECTION,
        lambda: correct.request_correction(
            world.town.finance, difference, wanted, upload=document(), on=world.day
        ),
        DONE if _fits(world, about) else "incomplete", about, world.town.finance,
    )  # fmt: skip
    if made is not None and about.kind == "suspense":
        world.items.append(made)
    if made is not None and not world.calm and world.dice.random() < 0.2:
        world.ask(
            "another correction of the same", lambda: correct.request_correction(
                world.town.maker, difference, wanted, upload=document(), on=world.day
            ),
            "correction_under_way", seen=lambda: False,
        )  # fmt: skip
    return True


def _serial(difference: Break) -> str:
    return StatementLine.objects.values_list("bank_serial", flat=True).get(pk=difference.line_id)


def _posting(about: Content) -> int | None:
    return Transaction.objects.get(key=about.posting[0]).pk if about.posting else None


def _notice(about: Content) -> int | None:
    from tests.faults.town_steps import notice

    return notice(about.claim).pk if about.claim is not None else None


def _content(world: World, found: Stray, difference: Break) -> Content:
    """What is said of a movement: mostly what it is, sometimes that nobody knows."""
    fund = world.dice.choice(world.audit.rules.fund_order)
    held = [item for item in world.held() if item.about.stray.fen == -found.fen]
    about = Content(found, "suspense", fund, None, None)
    if found.what in ACCOUNTS and difference.kind in ACCOUNTS and world.dice.random() < 0.7:
        about.kind = found.what
    elif found.what == "pay back" and held and world.dice.random() < 0.8:
        about.kind, about.item = "pay_back", world.dice.choice(held)
    elif found.what.endswith("budget") and _has_posting(world, found) and world.dice.random() < 0.7:
        about.kind = "posting"
        about.posting = next(raised for raised in world.raised if raised[1] == found.fen)
    return about


def _clearing(world: World, item: Paper) -> Content:
    """Money in suspense is an enterprise's that owes something, or its movement is looked at anew."""
    owing = world.claims(*OWING)
    claim = (
        world.dice.choice(owing) if owing and item.about.stray.fen > 0 and world.dice.random() < 0.5 else None
    )
    return Content(item.about.stray, "clear", "", item, claim)


def _under_way(world: World, about: Content) -> bool:
    waiting = [
        paper.about for paper in world.papers if paper.what == "correction:" and paper.state == "submitted"
    ]
    if about.kind == "clear":
        return any(other.kind == "clear" and other.item is about.item for other in waiting)
    return any(other.kind != "clear" and other.stray is about.stray for other in waiting)


def _fits(world: World, about: Content) -> bool:
    """What the auditor allows to be said now."""
    if about.kind == "clear":
        owed = about.claim is None or about.stray.fen <= about.claim.wanted_fen
        return about.item in world.held() and owed
    if about.stray.explained:
        return False
    if about.kind == "pay_back":
        return about.item in world.held()
    return about.posting is None or about.posting in world.raised


def _may(world: World, paper: Paper) -> bool:
    about = paper.about
    return about.may(world) if isinstance(about, Undoing) else _fits(world, about)


def _note(world: World, paper: Paper) -> None:
    """What the signature does."""
    if isinstance(paper.about, Undoing):
        paper.about.note(world)
        return
    about: Content = paper.about
    if about.kind == "posting":
        about.stray.explained = True
        world.raised.remove(about.posting)
    elif about.kind == "clear":
        about.item.about.cleared = True
        world.audit.unbook(about.stray)
        if about.claim is not None:
            about.stray.explained = True
            world.audit.receive(about.claim, about.stray.fen, about.stray.serial)
    elif about.kind == "pay_back":
        about.item.about.cleared = True
        world.audit.book(about.stray, "unidentified", about.item.about.fund)
    else:
        account = ACCOUNTS.get(about.kind) or ("unidentified" if about.stray.fen > 0 else "suspense")
        world.audit.book(about.stray, account, about.fund)


CORRECTION = Kind(
    Correction, correct.sign_correction, correct.refuse_correction, correct.withdraw_correction,
    may=_may, note=_note, signer="checker", double="finance",
)  # fmt: skip
KINDS["correction:"] = CORRECTION

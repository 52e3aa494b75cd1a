"""Steps with a further account: money lies on it before its first statement, unknown to the books."""

from datetime import timedelta

from apps.banking.models import BankStatement, PayingAccount
from apps.banking.services.paying_accounts import enter_paying_account
from apps.banking.services.take_statement import take_statement
from tests.faults.figures import DONE, Stray
from tests.faults.town import DISTRICT, PROFILE
from tests.faults.undo_steps import Undoing, ask_of_a_difference, standing, stands
from tests.faults.world import World

NUMBER = "6222020200112230099"


def further_account(world: World) -> bool:
    """The district's finance enters another account, and takes in its first statement."""
    if world.second_fen:
        return False
    fen, day = world.dice.choice((1, 123_456_78)), world.day - timedelta(days=1)
    world.bank.open_account(NUMBER, "北京市朝阳区财政局二户", fen)
    before = PayingAccount.objects.count()
    answer = world.ask(
        f"enter an account with {fen} on it",
        lambda: enter_paying_account(
            world.town.finance, profile_key=PROFILE, account_name="北京市朝阳区财政局二户",
            account_number=NUMBER, bank_name="北京银行朝阳支行", bank_code="313100000013", district=DISTRICT,
        ),
        DONE,
        seen=lambda: PayingAccount.objects.count() > before,
    )  # fmt: skip
    if PayingAccount.objects.count() == before:
        return answer == DONE
    world.second_fen = fen
    movement = world.bank.receive(NUMBER, 5_00, day, payer="某公司", reference=f"往来款{len(world.trace)}")
    content = world.bank.statement(NUMBER, day, day)
    account = PayingAccount.objects.order_by("-id").first()

    def note(_came: object) -> None:
        world.strays[movement.serial] = Stray(movement.serial, 5_00, day, "stranger")

    world.ask(
        "take the first statement of the further account",
        lambda: take_statement(world.town.maker, account, content, name="二户.csv", on=world.day),
        DONE,
        then=note,
        seen=lambda: BankStatement.objects.filter(paying_account=account).exists(),
    )
    return True


def opening(world: World) -> bool:
    """What was on it is booked, by a correction of two persons, for one of the funds."""
    found = standing("balance")
    if not found:
        return False
    difference, fund = world.dice.choice(found), world.dice.choice(world.audit.rules.fund_order)
    first = difference.paying_account_id == world.town.account_id
    # The bank says what lay there; whatever else differs is in transit.
    fen = world.bank.book.accounts[world.town.account_number if first else NUMBER]["opening_fen"]

    def note(world: World) -> None:
        world.audit.open_account(fund, fen)
        world.opened_fen += fen

    about = Undoing("opening", difference.pk, lambda _world: stands(difference), note, opened=(fund, fen))
    ask_of_a_difference(world, difference, about, f"of {fen}", fund=fund)
    return True

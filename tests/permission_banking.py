"""Objects of the bank for the permission matrix: paying accounts, batches, statements, failed payments."""

from typing import Any

from apps.accounts.roles import Role
from apps.banking.fake_bank import FakeBank
from apps.banking.formats.profiles import profile
from apps.banking.models import BankStatement, PayingAccount, PaymentBatch, WrittenAnswer
from apps.banking.selectors import open_orders
from apps.banking.services.answer_in_writing import Letter, enter_answer
from apps.banking.services.batch_steps import check_batch, send_batch, sign_batch
from apps.banking.services.build_batch import build_batch, take_out
from apps.banking.services.take_statement import take_statement
from apps.casework.engine import Opinion
from apps.payouts.models import PaymentOrder
from apps.payouts.services.record_payment import record_failure
from apps.payouts.services.release_payment import release_payment
from tests.factories import accounts, claims, numbers
from tests.factories.apprentices import ON
from tests.factories.banking import signed_account
from tests.factories.claims import Money
from tests.factories.recoveries import paper
from tests.permission_cases import _both
from tests.permission_objects import Pair, World, objects


def _account(of: Money) -> PayingAccount:
    """The account from which a district pays, with a batch, a movement and a failed payment."""
    district = of.training_class.district_id
    found = PayingAccount.objects.filter(district=district).first()
    return found or signed_account(
        of.finance,
        profile_key="city-commercial",
        account_name="财政局",
        account_number=numbers.account_number(),
        bank_name="北京银行",
        district=district,
    )


def _batch(of: Money) -> PaymentBatch:
    """A batch that is being made up, of another class of the same district than the claim that was paid."""
    found = PaymentBatch.objects.filter(paying_account=_account(of)).first()
    if found is not None:
        return found
    other = claims.money(
        people=1,
        district=of.training_class.district_id,
        special_fen=0,
        employment_fen=0,
    )
    release_payment(of.finance, claims.signed(other), on=ON)
    orders = open_orders(of.finance, _account(of), of.training_class.district_id)
    return build_batch(
        of.finance,
        _account(of),
        district=of.training_class.district_id,
        orders=[order.pk for order in orders],
        pay_on=ON,
        on=ON,
    )


def _statement(of: Money) -> BankStatement:
    account = _account(of)
    found = BankStatement.objects.filter(paying_account=account).first()
    if found is not None:
        return found
    bank = FakeBank(profile(account.profile_key))
    bank.open_account(account.account_number, account.account_name, 0)
    bank.receive(account.account_number, 100, ON, payer="甲", reference="退款")
    content = bank.statement(account.account_number, ON, ON)
    return take_statement(of.finance, account, content, name="s.csv", on=ON).statement


def _movement(of: Money) -> Any:
    return _statement(of).lines.filter(division=None).latest("id")


def _failure(of: Money) -> PaymentOrder:
    """An order that the bank refused."""
    found = PaymentOrder.objects.filter(state="failed", district=of.training_class.district_id).first()
    if found is not None:
        return found
    order = _batch(of).entries.get().order
    take_out(of.finance, _batch(of).entries.get(), on=ON, reason="改")
    record_failure(of.finance, order.claim, on=ON, opinion=Opinion(reason="账号户名不符"))
    return order


def letter(of: Money) -> WrittenAnswer:
    """A letter of the bank that waits for its second signature, on a payment that is with the bank."""
    place = of.training_class.district
    found = WrittenAnswer.objects.filter(district=place).first()
    if found is not None:
        return found
    # Before this one, so that each finds its own.
    _batch(of)
    other = claims.money(people=1, district=place.pk, special_fen=0, employment_fen=0)
    order = release_payment(of.finance, claims.signed(other), on=ON).orders.get()
    account = signed_account(
        of.finance,
        profile_key="city-commercial",
        account_name="财政局",
        account_number=numbers.account_number(),
        bank_name="北京银行",
        district=place.pk,
    )
    batch = build_batch(of.finance, account, district=place.pk, orders=[order.pk], pay_on=ON, on=ON)
    batch = check_batch(accounts.actor(Role.FINANCE_OFFICER, district=place), batch, on=ON)
    batch = sign_batch(accounts.actor(Role.DISTRICT_SUPERVISOR, district=place), batch, on=ON)
    send_batch(of.finance, batch, on=ON)
    says = Letter("failed", "银行函", reason="账户已销户")
    return enter_answer(of.finance, batch.entries.get(), says, upload=paper(), on=ON)


TREASURY = frozenset({Role.FINANCE_OFFICER, Role.DISTRICT_SUPERVISOR, Role.CITY_OFFICER, Role.AUDITOR})
_BATCH_STEPS = (
    "detail history entries regenerated results file"
    " take-out check send-back sign send not-taken close cancel"
)


@objects("desk:batch_detail", "desk:batch_file", "desk:batch_again", "desk:batch_result")
def _desk_batch(world: World) -> Pair:
    return _both(world, _batch, seen_by=TREASURY, may_refuse=True)


@objects(*(f"api:batch-{step}" for step in _BATCH_STEPS.split()))
def _api_batch(world: World) -> Pair:
    return _both(world, _batch, seen_by=TREASURY, may_refuse=True)


@objects("desk:batch_entry_out")
def _batch_entry(world: World) -> Pair:
    own, foreign = (_batch(of).entries.get().pk for of in (world.of, world.foreign_of))
    return Pair({"pk": own}, {"pk": foreign}, seen_by=TREASURY, may_refuse=True)


@objects(
    "desk:paying_account_retire",
    "desk:paying_account_sign",
    "api:paying-account-detail",
    "api:paying-account-retire",
    "api:paying-account-sign",
)
def _paying_account(world: World) -> Pair:
    return _both(world, _account, seen_by=TREASURY, may_refuse=True)


@objects("desk:statement_detail", "api:statement-detail")
def _statement_page(world: World) -> Pair:
    return _both(world, _statement, seen_by=TREASURY)


@objects(
    "desk:movement_detail",
    "desk:movement_divide",
    "desk:movement_take_back",
    "desk:movement_match",
    "desk:movement_returned",
    "desk:movement_undo",
    "api:movement-detail",
    "api:movement-divide",
    "api:movement-take-back",
    "api:movement-match",
    "api:movement-returned",
)
def _movement_page(world: World) -> Pair:
    return _both(world, _movement, seen_by=TREASURY, may_refuse=True)


@objects("api:failure-detail")
def _api_failure(world: World) -> Pair:
    return _both(world, _failure, seen_by=TREASURY)


_LETTER_STEPS = ("detail", "history", "documents", "submit", "sign", "refuse", "withdraw")


@objects("desk:written_answer", *(f"api:written-answer-{name}" for name in _LETTER_STEPS))
def _letters(world: World) -> Pair:
    return _both(world, letter, seen_by=TREASURY, may_refuse=True)


@objects("desk:written_answer_new")
def _letter_entry(world: World) -> Pair:
    own, foreign = (letter(of).entry_id for of in (world.of, world.foreign_of))
    return Pair({"pk": own}, {"pk": foreign}, seen_by=TREASURY, may_refuse=True)

"""The last month of the shown district at the bank: batches in several states, a failure, a statement."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import date, timedelta

from apps.accounts.actors import Actor
from apps.accounts.models import District
from apps.accounts.roles import Role
from apps.banking.fake_bank import FakeBank
from apps.banking.fake_bank.book import default_path
from apps.banking.formats.profiles import profile
from apps.banking.models import PayingAccount, PaymentBatch
from apps.banking.services.batch_steps import check_batch, close_batch, send_batch, sign_batch
from apps.banking.services.build_batch import build_batch
from apps.banking.services.freezing import make_file
from apps.banking.services.paying_accounts import enter_paying_account, sign_paying_account
from apps.banking.services.take_result import take_result
from apps.banking.services.take_statement import take_statement
from apps.core.workdays import add_working_days
from apps.demo.people import Registry, Staff
from apps.demo.playing import Story
from apps.ledger.selectors import trial_balance
from apps.payouts.enums import OrderState
from apps.payouts.models import PaymentOrder, RecoveryReceipt

PROFILE = "city-commercial"
# Older payments were made before the bank was connected, and are recorded by hand.
MONTH = timedelta(days=60)
_PAID_STAGES = frozenset({"training", "advance_paid", "remainder_paid"})


def pays(district: str, stage: str, shown: str, on: date, today: date) -> bool:
    """Whether the bank pays what is released on a day, instead of a record by hand."""
    return district == shown and stage in _PAID_STAGES and today - MONTH <= on <= today - timedelta(days=6)


@dataclass(frozen=True)
class Treasury:
    """A district's account, its bank, and the three persons whom a batch needs."""

    account: PayingAccount
    bank: FakeBank
    maker: Actor
    checker: Actor
    signer: Actor


def open_treasury(registry: Registry, staff: Staff, district: str, today: date) -> Treasury:
    """The district's paying account with what its books have in cash, and a second member of finance."""
    place = District.objects.get(pk=district)
    maker = staff.of_district[Role.FINANCE_OFFICER, district]
    checker = registry.member(
        f"demo-finance-officer-2-{district}",
        Role.FINANCE_OFFICER,
        district=place,
        label="finance_officer_2",
    )
    account = enter_paying_account(
        maker,
        profile_key=PROFILE,
        account_name=f"北京市{place.name}财政局",
        account_number=registry.inventor.account(),
        bank_name="北京银行",
        bank_code="313100000013",
        district=district,
    )
    account = sign_paying_account(checker, account, on=today)
    path = default_path(PROFILE)
    path.unlink(missing_ok=True)
    bank = FakeBank(profile(PROFILE), path)
    bank.open_account(account.account_number, account.account_name, _cash_fen(district, today - MONTH))
    _as_recorded(bank, account, today - MONTH)
    signer = staff.of_district[Role.DISTRICT_SUPERVISOR, district]
    return Treasury(account, bank, maker, checker, signer)


def _cash_fen(district: str, begun: date) -> int:
    """What lay on the account on the day before: what the books say."""
    rows = trial_balance(begun - timedelta(days=1), district=district)
    return sum(row.debit_fen - row.credit_fen for row in rows if row.account.pk == "cash")


def _as_recorded(bank: FakeBank, account: PayingAccount, since: date) -> None:
    """What finance recorded by hand since then stands at the bank too, under the same serial numbers."""
    number, district = account.account_number, account.district_id
    paid = PaymentOrder.objects.filter(district=district, state=OrderState.PAID, paid_on__gte=since)
    for order in paid.order_by("paid_on", "id"):
        bank.book.move(
            number,
            order.paid_on or since,
            -order.amount_fen,
            counterparty_name=order.account_name,
            reference=order.number,
        ).serial = order.bank_serial
    came = RecoveryReceipt.objects.filter(recovery__district=district, received_on__gte=since, undone=None)
    for receipt in came.select_related("recovery__enterprise__organisation").order_by("received_on", "id"):
        payer = receipt.recovery.enterprise.organisation.name
        bank.book.move(
            number, receipt.received_on, receipt.amount_fen, counterparty_name=payer, reference="退还补贴"
        ).serial = receipt.bank_serial
    bank.book.save()


def story(of: Treasury, today: date) -> Story:
    """Pay the orders that wait: the first batch is paid, the second refused, the third is at the bank."""
    waiting = list(
        PaymentOrder.objects.filter(district=of.account.district_id, state=OrderState.RELEASED).order_by(
            "released_at", "id"
        )
    )
    sizes = (len(waiting) - 2, 1, 1) if len(waiting) > 2 else (0, 0, len(waiting))
    first, second, third = (_take(waiting, size) for size in sizes)
    if first:
        closed = yield from _sent(of, first, today)
        yield from _answered(of, closed, today, refused=0)
    if second:
        refused = yield from _sent(of, second, today)
        yield from _answered(of, refused, today, refused=1)
    if third:
        sent = yield from _sent(of, third, today)
        of.bank.take(make_file(sent))
    if first:
        yield today
        _stated(of, closed, today)


def _take(waiting: list[PaymentOrder], count: int) -> list[PaymentOrder]:
    taken, waiting[:count] = waiting[:count], []
    return taken


def _sent(of: Treasury, orders: list[PaymentOrder], today: date) -> Generator[date, None, PaymentBatch]:
    """A batch of these orders, made, checked, signed and handed over after the last of them was released."""
    released = max(order.released_at.date() for order in orders)
    on = min(add_working_days(released, 2), today)
    yield on
    batch = build_batch(
        of.maker,
        of.account,
        district=of.account.district_id or "",
        orders=[order.pk for order in orders],
        pay_on=on,
        on=on,
    )
    yield on
    batch = check_batch(of.checker, batch, on=on)
    yield on
    batch = sign_batch(of.signer, batch, on=on)
    yield on
    return send_batch(of.maker, batch, on=on)


def _answered(of: Treasury, batch: PaymentBatch, today: date, *, refused: int) -> Story:
    """The bank pays, refuses the first so many, and its result file is taken in the working day after."""
    paid_on = batch.sent_on or today
    of.bank.take(make_file(batch))
    orders = batch.entries.order_by("position").values_list("order_number", flat=True)[:refused]
    of.bank.settle(batch.number, paid_on, failures=dict.fromkeys(orders, "账号户名不符"))
    on = min(add_working_days(paid_on, 1), today)
    yield on
    take_result(of.maker, batch, of.bank.result(batch.number), name=f"{batch.number}_result.csv", on=on)


def _stated(of: Treasury, closed: PaymentBatch, today: date) -> None:
    """A statement up to yesterday, with a movement that nothing explains yet; the first batch is closed."""
    yesterday = today - timedelta(days=1)
    number = of.account.account_number
    of.bank.receive(number, 1_286_35, yesterday, payer="北京银行", reference="存款利息")
    content = of.bank.statement(number, today - MONTH, yesterday)
    take_statement(of.maker, of.account, content, name=f"statement-{yesterday}.csv", on=today)
    closed.refresh_from_db()
    close_batch(of.maker, closed, on=today)

"""The banking part of the mirror: a batch that was sent, answered and found; a movement that was divided."""

from datetime import timedelta

from apps.accounts.roles import Role
from apps.banking.fake_bank import FakeBank
from apps.banking.formats.profiles import profile
from apps.banking.models import StatementLine
from apps.banking.services.batch_steps import check_batch, send_batch, sign_batch
from apps.banking.services.build_batch import build_batch
from apps.banking.services.divide import Part, divide
from apps.banking.services.freezing import make_file
from apps.banking.services.take_result import take_result
from apps.banking.services.take_statement import take_statement
from apps.payouts.services.release_payment import release_payment
from tests.factories import accounts, claims, numbers
from tests.factories.apprentices import ON
from tests.factories.banking import signed_account
from tests.factories.claims import Money

_LATER = ON + timedelta(days=3)
_BANK = "city-commercial"


def bank() -> FakeBank:
    """One bank for all districts: its serial numbers are its own."""
    return FakeBank(profile(_BANK))


def pay_through(bank: FakeBank, of: Money, text: str) -> None:
    """Release the claim of a class that is not paid yet, and take it through the bank."""
    place = of.training_class.district
    order = release_payment(of.finance, claims.signed(of), on=ON).orders.get()
    account = signed_account(
        of.finance,
        profile_key=_BANK,
        account_name=f"{text}财政局",
        account_number=numbers.account_number(),
        bank_name=f"{text}支行",
        bank_code="313100000013",
        district=place.pk,
    )
    batch = build_batch(of.finance, account, district=place.pk, orders=[order.pk], pay_on=ON, on=ON)
    batch = check_batch(accounts.actor(Role.FINANCE_OFFICER, district=place), batch, on=ON)
    batch = sign_batch(accounts.actor(Role.DISTRICT_SUPERVISOR, district=place), batch, on=ON)
    batch = send_batch(of.finance, batch, on=ON)
    bank.take(make_file(batch))
    bank.settle(batch.number, ON)
    take_result(of.finance, batch, bank.result(batch.number), name=f"{text}.csv", on=_LATER)
    came = bank.receive(account.account_number, 3_00, _LATER, payer=text, reference="往来款")
    content = bank.statement(account.account_number, ON, _LATER)
    take_statement(of.finance, account, content, name=f"{text}.csv", on=_LATER)
    line = StatementLine.objects.get(bank_serial=came.serial)
    divide(of.finance, line, [Part(1_00, text), Part(2_00, text)], reason=text)

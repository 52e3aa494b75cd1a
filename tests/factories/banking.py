"""Paying accounts, batches in every state, and a bank that answers them."""

from dataclasses import dataclass, field
from typing import Any

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.banking.fake_bank import FakeBank
from apps.banking.formats.profiles import profile
from apps.banking.models import PayingAccount, PaymentBatch
from apps.banking.services.batch_steps import check_batch, send_batch, sign_batch
from apps.banking.services.build_batch import build_batch
from apps.banking.services.freezing import make_file
from apps.banking.services.paying_accounts import enter_paying_account, sign_paying_account
from apps.claims.models import Claim
from apps.payouts.models import PaymentOrder
from apps.payouts.services.release_payment import release_payment
from tests.factories import accounts, apprentices, claims, ledger, numbers
from tests.factories.apprentices import ON
from tests.factories.claims import Money
from tests.ground import stands, stands_upon


@dataclass
class Treasury:
    """A district's finance: three people who may make, check and sign, an account, a bank."""

    moneys: list[Money]
    account: PayingAccount
    maker: Actor
    checker: Actor
    signer: Actor
    bank: FakeBank
    claims: list[Claim] = field(default_factory=list)

    @property
    def district(self) -> str:
        return self.moneys[0].training_class.district_id

    def orders(self) -> list[PaymentOrder]:
        return list(PaymentOrder.objects.filter(state="released").order_by("id"))


@stands_upon(apprentices.policy, accounts.founders, ledger.chart)
def treasury(*, payments: int = 1, profile_key: str = "city-commercial", people: int = 1) -> Treasury:
    """So many released orders of one district, and who pays them."""
    moneys = [claims.money(people=people, special_fen=0, employment_fen=0) for _n in range(payments)]
    first = moneys[0]
    place = first.training_class.district
    _appropriate(first)
    released = []
    for of in moneys:
        signed = claims.signed(of)
        released.append(release_payment(first.finance, signed, on=ON))
    account = signed_account(
        first.finance,
        profile_key=profile_key,
        account_name="北京市朝阳区财政局",
        account_number=numbers.account_number(),
        bank_name="北京银行朝阳支行",
        bank_code="313100000013",
        district=place.pk,
    )
    return Treasury(
        moneys=moneys,
        account=account,
        maker=first.finance,
        checker=accounts.actor(Role.FINANCE_OFFICER, district=place),
        signer=accounts.actor(Role.DISTRICT_SUPERVISOR, district=place),
        bank=FakeBank(profile(profile_key)),
        claims=released,
    )


def signed_account(actor: Actor, **given: Any) -> PayingAccount:
    """An account that this actor entered and another person of finance signed for."""
    entered = enter_paying_account(actor, **given)
    other = accounts.actor(Role.FINANCE_OFFICER, district=entered.district)
    return sign_paying_account(other, entered, on=ON)


def another_account(of: Treasury, number: str) -> PayingAccount:
    """A second account of the same district."""
    return signed_account(
        of.maker,
        profile_key=of.account.profile_key,
        account_name=of.account.account_name,
        account_number=number,
        bank_name=of.account.bank_name,
        bank_code=of.account.bank_code,
        district=of.district,
    )


def _appropriate(of: Money) -> None:
    from apps.payouts.services.record_appropriation import record_appropriation

    for fund in (claims.SPECIAL, claims.EMPLOYMENT):
        record_appropriation(
            of.finance,
            key=f"treasury:{fund}",
            fund=fund,
            district=of.training_class.district_id,
            year=ON.year,
            amount_fen=10_000_000_00,
            document="京财社〔2023〕1号",
            on=ON,
        )


@stands
def made(of: Treasury) -> PaymentBatch:
    """A batch of every released order."""
    return build_batch(
        of.maker,
        of.account,
        district=of.district,
        orders=[order.pk for order in of.orders()],
        pay_on=ON,
        on=ON,
    )


@stands
def checked(of: Treasury) -> PaymentBatch:
    """A batch that waits for the second signature."""
    return check_batch(of.checker, made(of), on=ON)


@stands
def signed(of: Treasury) -> PaymentBatch:
    """A batch whose file is frozen."""
    return sign_batch(of.signer, checked(of), on=ON)


@stands
def sent(of: Treasury, **settling: object) -> PaymentBatch:
    """A batch that the bank has and has settled in its own book."""
    batch = send_batch(of.maker, signed(of), on=ON)
    of.bank.take(make_file(batch))
    of.bank.settle(batch.number, ON, **settling)
    return batch

"""The seeded state from which every schedule starts: three classes of two enterprises at three stages.

The first class has had its advance paid through a batch, a result file and a statement; the claim of the
second, which is the same enterprise's, waits for the second signature; the third has claimed nothing. The
budgets cover two of them and not all three, and lie in two funds, so that payments are split.
"""

import copy
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count

from apps.accounts.actors import Actor
from apps.accounts.middleware import actor_of
from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.apprentices.models import Enrolment
from apps.banking.fake_bank import FakeBank
from apps.banking.formats.profiles import profile
from apps.banking.models import PayingAccount
from apps.banking.services.batch_steps import check_batch, close_batch, send_batch, sign_batch
from apps.banking.services.build_batch import build_batch
from apps.banking.services.freezing import make_file
from apps.banking.services.paying_accounts import enter_paying_account, sign_paying_account
from apps.banking.services.take_result import take_result
from apps.banking.services.take_statement import take_statement
from apps.claims.enums import ClaimKind
from apps.claims.services.compute_claim import compute_claim
from apps.claims.services.review_claim import approve_claim
from apps.claims.services.sign_claim import sign_claim
from apps.claims.services.submit_claim import submit_claim
from apps.core import invariants
from apps.payouts.models import PaymentOrder
from apps.payouts.services.record_appropriation import record_appropriation
from apps.payouts.services.release_payment import release_payment
from tests.factories import accounts, apprentices, enterprises, ledger, numbers
from tests.factories import claims as make
from tests.factories.apprentices import ON

DISTRICT = "110105"
SIZES = (2, 2, 3)
SPECIAL_FEN, EMPLOYMENT_FEN = 40_000_00, 30_000_00
PROFILE = "city-commercial"
PAPER = "京财社〔2023〕1号"
PAID_ON = ON + timedelta(days=2)


@dataclass
class Shop:
    """One enterprise with its class; `money` is what the factories of claims take."""

    money: make.Money
    class_id: int
    enterprise_id: int
    enrolments: tuple[int, ...]
    account_number: str
    claim_id: int | None = None
    claim_number: str = ""


@dataclass
class Town:
    """Everybody and everything that a schedule can act with."""

    shops: list[Shop]
    reviewer: Actor
    supervisor: Actor
    signer: Actor
    finance: Actor
    maker: Actor
    checker: Actor
    twin: Actor
    finance_as_supervisor: Actor
    city_finance: Actor
    city_officer: Actor
    account_id: int
    account_number: str
    bank: FakeBank
    order_number: str = ""
    batch_id: int = 0
    batch_number: str = ""
    stated_to: date = PAID_ON
    # The invariants that hold in the seeded state, as SQL: its plans are scenery, made past the services.
    invariants: dict[str, str] = field(default_factory=dict)

    def fresh_bank(self) -> FakeBank:
        """The bank with its book as it was when the schedule began."""
        found = FakeBank(profile(PROFILE), seed=self.bank.seed)
        found.book = copy.deepcopy(self.bank.book)
        return found


def settle_numbers() -> None:
    """Made-up numbers begin anew, above those of the seeded state: a schedule always draws the same."""
    for module in (numbers, accounts, apprentices):
        module._next = count(1_000_000)


def build() -> Town:
    """Make the state in the database that is in use; every step is taken by the services."""
    ledger.chart()
    place = accounts.district(DISTRICT)
    finance = accounts.member(Role.FINANCE_OFFICER, district=place)
    for fund, fen in ((make.SPECIAL, SPECIAL_FEN), (make.EMPLOYMENT, EMPLOYMENT_FEN)):
        appropriate(actor_of(finance), fund, fen, key=f"base:{fund}")
    first = _shop(place, SIZES[0])
    shops = [first, _shop(place, SIZES[1], of=first), _shop(place, SIZES[2])]
    reviewer = accounts.member(Role.DISTRICT_REVIEWER, district=place)
    for shop in shops:
        shop.money.shop.reviewer = reviewer
    twin = accounts.member(Role.FINANCE_OFFICER, district=place, user=reviewer.user)
    town = Town(
        shops=shops,
        reviewer=actor_of(reviewer),
        supervisor=accounts.actor(Role.DISTRICT_SUPERVISOR, district=place),
        signer=accounts.actor(Role.DISTRICT_SUPERVISOR, district=place),
        finance=actor_of(finance),
        maker=accounts.actor(Role.FINANCE_OFFICER, district=place),
        checker=accounts.actor(Role.FINANCE_OFFICER, district=place),
        twin=actor_of(twin),
        finance_as_supervisor=accounts.actor(Role.DISTRICT_SUPERVISOR, district=place, user=finance.user),
        city_finance=accounts.actor(Role.FINANCE_OFFICER),
        city_officer=accounts.actor(Role.CITY_OFFICER),
        account_id=0,
        account_number=numbers.account_number(),
        bank=FakeBank(profile(PROFILE)),
    )
    account = enter_paying_account(
        town.finance,
        profile_key=PROFILE,
        account_name="北京市朝阳区财政局",
        account_number=town.account_number,
        bank_name="北京银行朝阳支行",
        bank_code="313100000013",
        district=place.pk,
    )
    sign_paying_account(town.checker, account, on=ON)
    town.account_id = account.pk
    first, second, _third = shops
    _pay_first(town, first, account)
    claim = compute_claim(second.money.clerk, second.money.training_class, ClaimKind.ADVANCE, on=ON)
    claim = submit_claim(second.money.clerk, claim, on=ON)
    second.claim_id = approve_claim(town.reviewer, claim, on=ON).pk
    second.claim_number = claim.number
    held = [found.invariant for found in invariants.audit() if found.holds]
    town.invariants = {invariant.number: invariant.sql for invariant in held}
    return town


def appropriate(actor: Actor, fund: str, fen: int, *, key: str, on: date = ON) -> None:
    """Raise a budget of the district."""
    record_appropriation(
        actor,
        key=key,
        fund=fund,
        district=DISTRICT,
        year=ON.year,
        amount_fen=fen,
        document=PAPER,
        on=on,
    )


def membership_of(actor: Actor) -> Membership:
    """The membership behind an actor."""
    return Membership.objects.get(pk=actor.membership_id)


def _shop(place: object, size: int, of: Shop | None = None) -> Shop:
    """A class of a new enterprise, or a further one of the same."""
    shop = apprentices.workshop(headcount=size, enterprise=of.money.shop.enterprise if of else None)
    number = (
        of.account_number if of else enterprises.bank_account(shop.enterprise.organisation).account_number
    )
    training_class = apprentices.enrolled_class(shop, [apprentices.entry() for _n in range(size)])
    money = make.Money(
        shop=shop,
        training_class=training_class,
        supervisor=shop.clerk,
        finance=shop.clerk,
        city_finance=shop.clerk,
        operator_of_institution=accounts.actor(
            Role.INSTITUTION_OPERATOR, organisation=shop.institution.organisation
        ),
    )
    make.evidence(money)
    found = Enrolment.objects.filter(training_class=training_class).order_by("id")
    return Shop(
        money=money,
        class_id=training_class.pk,
        enterprise_id=shop.enterprise.pk,
        enrolments=tuple(found.values_list("pk", flat=True)),
        account_number=number,
    )


def _pay_first(town: Town, shop: Shop, account: PayingAccount) -> None:
    claim = compute_claim(shop.money.clerk, shop.money.training_class, ClaimKind.ADVANCE, on=ON)
    claim = submit_claim(shop.money.clerk, claim, on=ON)
    claim = sign_claim(town.supervisor, approve_claim(town.reviewer, claim, on=ON), on=ON)
    claim = release_payment(town.finance, claim, on=ON)
    order = PaymentOrder.objects.get(claim=claim)
    batch = build_batch(town.maker, account, district=DISTRICT, orders=[order.pk], pay_on=ON, on=ON)
    batch = sign_batch(town.signer, check_batch(town.checker, batch, on=ON), on=ON)
    batch = send_batch(town.maker, batch, on=ON)
    town.bank.take(make_file(batch))
    town.bank.settle(batch.number, PAID_ON)
    take_result(town.maker, batch, town.bank.result(batch.number), name="1.csv", on=PAID_ON)
    statement = town.bank.statement(town.account_number, ON, PAID_ON)
    take_statement(town.maker, account, statement, name="2.csv", on=PAID_ON)
    batch.refresh_from_db()
    close_batch(town.maker, batch, on=PAID_ON)
    shop.claim_id, shop.claim_number, town.order_number = claim.pk, claim.number, order.number
    town.batch_id, town.batch_number = batch.pk, batch.number

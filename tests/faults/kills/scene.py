"""What there is before the first kill: claims to be paid, notices to be repaid, classes to be filled."""

from dataclasses import dataclass
from datetime import date, timedelta

from apps.accounts.models import Membership
from apps.accounts.roles import Role
from apps.apprentices.models import Enrolment
from apps.apprentices.services import withdraw_enrolment
from apps.banking.services.paying_accounts import enter_paying_account, sign_paying_account
from apps.casework.engine import Opinion
from apps.claims.enums import ClaimKind
from apps.claims.models import Claim
from apps.claims.services.review_claim import approve_claim
from apps.claims.services.sign_claim import sign_claim
from apps.claims.services.submit_claim import submit_claim
from apps.core import invariants
from apps.payouts.models import Recovery
from apps.payouts.services.record_appropriation import record_appropriation
from apps.payouts.services.record_payment import record_payment
from apps.payouts.services.release_payment import release_payment
from apps.payouts.services.sign_recovery import sign_recovery
from tests.apprentices.conftest import csv_bytes, line
from tests.factories import accounts, apprentices, ledger, numbers
from tests.factories import claims as make
from tests.factories.apprentices import ON
from tests.faults.town import DISTRICT, PROFILE, _shop

CLAIMS, NOTICES, ROSTERS, ROSTER_ROWS = 5, 2, 10, 200


@dataclass
class Roster:
    """A class that is still empty, the token of its enterprise, and the file that fills it."""

    class_id: int
    token: str
    content: bytes


@dataclass
class Scene:
    """Keys and tokens: all that the client of the interface needs to know."""

    claims: list[int]
    recoveries: list[int]
    rosters: list[Roster]
    tokens: dict[str, str]
    account_id: int
    account_number: str
    invariants: list[str]
    cash_fen: int = 0


def build(today: date) -> Scene:
    """Make it in the database that is in use."""
    ledger.chart()
    place = accounts.district(DISTRICT)
    people = {
        "finance": accounts.member(Role.FINANCE_OFFICER, district=place),
        "maker": accounts.member(Role.FINANCE_OFFICER, district=place),
        "checker": accounts.member(Role.FINANCE_OFFICER, district=place),
        "signer": accounts.member(Role.DISTRICT_SUPERVISOR, district=place),
        "supervisor": accounts.member(Role.DISTRICT_SUPERVISOR, district=place),
        "reviewer": accounts.member(Role.DISTRICT_REVIEWER, district=place),
    }
    finance = accounts.actor_of(people["finance"])
    for fund in (make.SPECIAL, make.EMPLOYMENT):
        record_appropriation(
            finance, key=f"scene:{fund}", fund=fund, district=DISTRICT, year=ON.year,
            amount_fen=10_000_000_00, document="京财社〔2023〕1号", on=ON,
        )  # fmt: skip
    number = numbers.account_number()
    account = enter_paying_account(
        finance, profile_key=PROFILE, account_name="北京市朝阳区财政局", account_number=number,
        bank_name="北京银行朝阳支行", bank_code="313100000013", district=DISTRICT,
    )  # fmt: skip
    sign_paying_account(accounts.actor_of(people["checker"]), account, on=ON)
    return Scene(
        claims=[_signed(people, place).pk for _n in range(CLAIMS)],
        recoveries=[_recovering(people, place).pk for _n in range(NOTICES)],
        rosters=[_roster(today) for _n in range(ROSTERS)],
        tokens={name: accounts.token(membership)[1] for name, membership in people.items()},
        account_id=account.pk,
        account_number=number,
        invariants=[found.invariant.number for found in invariants.audit() if found.holds],
    )


def _signed(people: dict[str, Membership], place: object, kind: ClaimKind = ClaimKind.ADVANCE) -> Claim:
    shop = _shop(place, 1)
    claim = submit_claim(shop.money.clerk, make.computed(shop.money, kind), on=ON)
    claim = approve_claim(accounts.actor_of(people["reviewer"]), claim, on=ON)
    return sign_claim(accounts.actor_of(people["supervisor"]), claim, on=ON)


def _recovering(people: dict[str, Membership], place: object) -> Recovery:
    finance, later = accounts.actor_of(people["finance"]), ON + timedelta(days=20)
    claim = release_payment(finance, _signed(people, place), on=ON)
    record_payment(finance, claim, on=ON, paid_on=ON, bank_serial=f"OLD{claim.pk:08d}")
    clerk = apprentices.actor_of(Membership.objects.get(organisation=claim.enterprise_id))
    enrolment = Enrolment.objects.get(training_class=claim.training_class)
    withdraw_enrolment(clerk, enrolment, on=later, opinion=Opinion(reason="离职"))
    claim = make.compute_claim(clerk, claim.training_class, ClaimKind.REMAINDER, on=later)
    claim = submit_claim(clerk, claim, on=later)
    claim = approve_claim(accounts.actor_of(people["reviewer"]), claim, on=later)
    claim = sign_recovery(accounts.actor_of(people["supervisor"]), claim, on=later)
    return Recovery.objects.get(claim=claim)


def _roster(today: date) -> Roster:
    shop = apprentices.workshop(headcount=ROSTER_ROWS)
    days = {
        "contract_from": (today - timedelta(days=30)).isoformat(),
        "contract_to": (today + timedelta(days=1200)).isoformat(),
        "agreement_signed_on": (today - timedelta(days=10)).isoformat(),
    }
    rows = [line(remark=place, **days) for place in range(ROSTER_ROWS)]
    training_class = apprentices.open_class(shop)
    _row, secret = accounts.token(shop.operator)
    return Roster(training_class.pk, secret, csv_bytes(rows))

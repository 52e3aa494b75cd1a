"""Books for tests: the chart, budgets with money in them, postings in one line."""

from datetime import date

from django.conf import settings

from apps.ledger import services
from apps.ledger.models import Budget, Transaction
from apps.ledger.services import LegSpec, Posting, credit, debit
from apps.ledger.services.charting import load_chart
from tests.ground import stands

ACCOUNT_FUND = "special_account"
SUBSIDY_FUND = "employment_fund"
FUND_ORDER = [ACCOUNT_FUND, SUBSIDY_FUND]
DISTRICT = "110105"
DAY = date(2023, 3, 1)


@stands
def chart() -> None:
    """Load the chart of accounts and the funds that the system comes with."""
    load_chart(settings.BASE_DIR / "fixtures" / "ledger")


def two_legs(
    fen: int = 800_000,
    *,
    fund: str = SUBSIDY_FUND,
    district: str = DISTRICT,
    debited: str = "subsidies",
    credited: str = "payables",
    subject_type: str = "",
    subject_id: int | None = None,
) -> list[LegSpec]:
    """A debit and a credit of the same amount."""
    place = {"fund": fund, "district": district, "subject_type": subject_type, "subject_id": subject_id}
    return [debit(debited, fen, **place), credit(credited, fen, **place)]


def posted(key: str = "claim:1", fen: int = 800_000, *, on: date = DAY, **places: object) -> Transaction:
    """Post one transaction of two legs."""
    return services.post(key, on, "advance", "预拨", two_legs(fen, **places))


def posting(key: str, fen: int = 800_000, *, on: date = DAY, **places: object) -> Posting:
    """The same for a bulk posting."""
    return Posting(key=key, on=on, kind="advance", memo="预拨", legs=two_legs(fen, **places))


def budget(
    fen: int = 100_000_00,
    *,
    fund: str = SUBSIDY_FUND,
    district: str = DISTRICT,
    year: int = DAY.year,
    key: str = "",
) -> Budget:
    """Appropriate money; needs the chart."""
    return services.appropriate(
        key or f"appropriation:{fund}:{district}:{year}",
        fund=fund,
        district=district,
        year=year,
        amount_fen=fen,
        on=DAY,
        document="京财社〔2023〕1号",
    )

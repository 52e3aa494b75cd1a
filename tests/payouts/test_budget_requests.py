"""A budget is entered, moved and cut by a document and two persons; never below what is promised."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction

from apps.accounts.roles import Role
from apps.casework.engine import Opinion
from apps.casework.models import History, Notice
from apps.core.errors import Conflict, Forbidden, InvalidInput, NotFound, Refused
from apps.core.invariants import audit
from apps.ledger import services as ledger
from apps.ledger.models import Budget, BudgetMovement, Transaction
from apps.ledger.selectors import trial_balance
from apps.payouts.forecast import burn_downs
from apps.payouts.models import BudgetRequest
from apps.payouts.services import request_budget as service
from apps.payouts.services.request_budget import Wanted
from tests.factories import accounts
from tests.factories import ledger as make
from tests.ground import stands

pytestmark = pytest.mark.django_db
ON, YEAR = date(2023, 3, 1), 2023
OWN, OTHER = make.DISTRICT, "110108"
FUND, FUND_B = make.SUBSIDY_FUND, make.ACCOUNT_FUND


@pytest.fixture(autouse=True)
@stands
def _chart():
    make.chart()
    accounts.district(OWN)
    accounts.district(OTHER)


def paper(name="拨款文件.pdf"):
    return SimpleUploadedFile(name, b"%PDF-1.4\n%%EOF\n", content_type="application/pdf")


def asked(actor, kind="appropriate", fen=1_000_000, **more) -> BudgetRequest:
    wanted = {"fund": FUND, "district": OWN, "year": YEAR, "document": "京财社〔2023〕9号"} | more
    return service.request_budget(actor, Wanted(kind=kind, amount_fen=fen, **wanted), upload=paper(), on=ON)


def city():
    return accounts.actor(Role.FINANCE_OFFICER)


def signed(request):
    return service.sign_request(accounts.actor(Role.CITY_OFFICER), request, on=ON)


def pot(fund=FUND, district=OWN, year=YEAR) -> tuple[int, int, int]:
    row = Budget.objects.filter(fund=fund, district_code=district, year=year).first()
    return (row.appropriated_fen, row.reserved_fen, row.used_fen) if row else (0, 0, 0)


def cash() -> dict[tuple[str, str], int]:
    rows = trial_balance(by_district=True)
    return {
        (row.fund.pk, row.district): row.balance_fen
        for row in rows
        if row.account.pk == "cash" and row.balance_fen
    }


def reserved(fen):
    ledger.reserve("claim", district=OWN, year=YEAR, splits=[(FUND, fen)], on=ON)


def test_who_asked_for_a_budget_learns_that_it_was_signed_and_the_city_that_it_waits():
    district = accounts.actor(Role.FINANCE_OFFICER, district=accounts.district(OWN))
    request = asked(district)
    waits = Notice.objects.visible_to(city()).get()
    assert (waits.subject_type, waits.subject_id) == request.subject
    signed(request)
    assert Notice.objects.visible_to(district).latest("id").params["to"] == "signed"


def test_nothing_changes_before_the_second_signature():
    request = asked(city())
    assert pot() == (0, 0, 0)
    assert not Transaction.objects.exists()
    signed(request)
    assert pot() == (1_000_000, 0, 0)
    assert cash() == {(FUND, OWN): 1_000_000}
    assert [row.to_state for row in History.objects.of(request)] == ["draft", "submitted", "signed"]


def test_who_asks_does_not_sign_and_the_database_says_so_too():
    finance = city()
    request = asked(finance)
    with pytest.raises(Refused) as refusal:
        service.sign_request(finance, request, on=ON)
    assert refusal.value.code == "segregation"
    with pytest.raises(DatabaseError), transaction.atomic():
        BudgetRequest.objects.filter(pk=request.pk).update(signed_by=finance.person_id, state="signed")


def test_a_cut_takes_what_is_free_and_no_fen_more():
    signed(asked(city()))
    reserved(600_000)
    with pytest.raises(Refused) as refusal:
        asked(city(), "cut", 400_001)
    assert "4,000.00" in str(refusal.value.problems[0].message)
    signed(asked(city(), "cut", 400_000))
    assert pot() == (600_000, 600_000, 0)
    assert cash() == {(FUND, OWN): 600_000}


def test_what_was_reserved_between_the_two_signatures_is_not_cut():
    signed(asked(city()))
    request = asked(city(), "cut", 500_000)
    reserved(600_000)
    with pytest.raises(Refused):
        signed(request)
    assert pot() == (1_000_000, 600_000, 0)


def test_without_our_check_the_database_still_refuses(monkeypatch):
    signed(asked(city()))
    request = asked(city(), "cut", 500_000)
    reserved(600_000)
    monkeypatch.setattr(service, "missing_for_budget", lambda *_asked: iter(()))
    with pytest.raises(Refused) as refusal, transaction.atomic():
        signed(request)
    assert refusal.value.code == "budget_exceeded"
    assert pot() == (1_000_000, 600_000, 0)


@pytest.mark.parametrize(
    ("target", "moved", "money"),
    [
        ({"to_fund": FUND_B}, (FUND_B, OWN, YEAR), {(FUND, OWN): 700_000, (FUND_B, OWN): 300_000}),
        ({"to_district": OTHER}, (FUND, OTHER, YEAR), {(FUND, OWN): 700_000, (FUND, OTHER): 300_000}),
        ({"to_year": YEAR + 1}, (FUND, OWN, YEAR + 1), {(FUND, OWN): 1_000_000}),
    ],
)
def test_a_move_takes_from_one_pot_and_gives_to_the_other(target, moved, money):
    signed(asked(city()))
    signed(asked(city(), "move", 300_000, **target))
    assert pot() == (700_000, 0, 0)
    assert pot(*moved) == (300_000, 0, 0)
    assert cash() == money
    assert not [found.invariant.number for found in audit(only=["I1", "I7", "I7c"]) if found.violations]


def test_a_move_to_where_the_money_is_makes_no_sense():
    with pytest.raises(InvalidInput):
        asked(city(), "move", 1)


def test_a_district_asks_within_its_own_borders():
    finance = accounts.actor(Role.FINANCE_OFFICER, district=accounts.district(OWN))
    asked(finance)
    for more in ({"district": OTHER}, {"kind": "move", "to_district": OTHER}):
        with pytest.raises(Forbidden):
            asked(finance, **more)
    foreign = accounts.actor(Role.DISTRICT_SUPERVISOR, district=accounts.district(OTHER))
    with pytest.raises(NotFound):
        service.sign_request(foreign, BudgetRequest.objects.get(), on=ON)


def test_nobody_else_asks_and_no_request_goes_without_its_document():
    with pytest.raises(Forbidden):
        asked(accounts.actor(Role.CITY_OFFICER))
    with pytest.raises(InvalidInput):
        asked(city(), document=" ")
    wanted = Wanted(kind="cut", fund=FUND, district=OWN, year=YEAR, amount_fen=1, document="x")
    with pytest.raises(InvalidInput):
        service.request_budget(city(), wanted, upload=None, on=ON)


def test_a_request_is_signed_once_and_its_content_stands():
    request = asked(city())
    signed(request)
    with pytest.raises(Conflict):
        signed(request)
    with pytest.raises(DatabaseError), transaction.atomic():
        BudgetRequest.objects.update(amount_fen=1)
    assert BudgetMovement.objects.count() == 1


def test_a_request_is_refused_or_withdrawn_with_a_reason():
    finance = city()
    first, second = asked(finance), asked(finance)
    with pytest.raises(InvalidInput):
        service.refuse_request(accounts.actor(Role.CITY_OFFICER), first, on=ON)
    opinion = Opinion(reason="金额有误")
    service.refuse_request(accounts.actor(Role.CITY_OFFICER), first, on=ON, opinion=opinion)
    service.withdraw_request(finance, second, on=ON, opinion=opinion)
    assert {row.state for row in BudgetRequest.objects.all()} == {"refused", "withdrawn"}
    assert pot() == (0, 0, 0)


def test_the_audit_finds_a_change_without_its_request():
    ledger.appropriate("budget-request:99", fund=FUND, district=OWN, year=YEAR, amount_fen=1, on=ON)
    assert audit(only=["I7c"])[0].violations


def test_the_forecast_is_a_straight_line_through_what_was_used():
    make.budget(365_00, year=2023)
    ledger.reserve("r", district=OWN, year=2023, splits=[(FUND, 100_00)], on=date(2023, 1, 10))
    ledger.use("u", reservation="r", splits=[(FUND, 73_00)], on=date(2023, 2, 1))
    found = burn_downs(2023, date(2023, 3, 14))[0]
    # 73 yuan in 73 days are one a day: used up on the last day of the year.
    assert found.used.up_on == date(2023, 12, 31)
    assert found.used.ends_fen == 365_00
    assert found.committed.up_on is not None
    assert found.committed.up_on < found.used.up_on
    assert found.used_by_month[:4] == [0, 73_00, 0, None]
    assert found.used_left[:4] == [365_00, 292_00, 292_00, None]
    assert found.used_forecast[2] == found.used_left[2]
    assert found.used_forecast[11] == 0


def test_before_anything_is_used_there_is_no_forecast():
    make.budget(100_00, year=2023)
    found = burn_downs(2023, date(2023, 3, 14))[0]
    assert (found.used.up_on, found.used.ends_fen) == (None, 0)
    assert burn_downs(2022, date(2023, 3, 14)) == []

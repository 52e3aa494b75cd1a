"""Objects of the books for the permission matrix: accounts, transactions, months, requests for budgets."""

from django.core.files.uploadedfile import SimpleUploadedFile

from apps.payouts.models import BudgetRequest
from apps.payouts.services.request_budget import Wanted, request_budget
from tests.factories import claims, ledger
from tests.factories.apprentices import ON
from tests.factories.claims import Money
from tests.permission_cases import _both
from tests.permission_objects import Pair, World, objects


@objects("desk:ledger_statement", "api:ledger-account-statement")
def _ledger_account(world: World) -> Pair:
    """The chart is one for the whole city; which legs are shown is not the address's matter."""
    ledger.chart()
    return Pair({"code": "cash"})


@objects("api:ledger-transaction-detail")
def _ledger_transaction(world: World) -> Pair:
    ledger.chart()
    own = ledger.posted("own", district=world.district.pk)
    foreign = ledger.posted("foreign", district=world.foreign_district.pk)
    return Pair({"pk": own.pk}, {"pk": foreign.pk})


@objects("desk:ledger_month", "api:ledger-month-detail", "api:ledger-month-close", "api:ledger-month-propose")
@objects("api:ledger-month-withdraw")
def _ledger_month(world: World) -> Pair:
    return Pair({"month": "2023-03"}, may_refuse=True)


def _budget_request(of: Money) -> BudgetRequest:
    place = of.training_class.district_id
    found = BudgetRequest.objects.filter(district=place).first()
    if found is None:
        paper = SimpleUploadedFile("a.pdf", b"%PDF-1.4\n%%EOF\n", content_type="application/pdf")
        wanted = Wanted("appropriate", claims.SPECIAL, place, ON.year, 100, "京财社〔2023〕9号")
        found = request_budget(of.city_finance, wanted, upload=paper, on=ON)
    return found


_BUDGET_STEPS = ("detail", "history", "documents", "submit", "sign", "refuse", "withdraw")


@objects("desk:budget_request", *(f"api:budget-request-{step}" for step in _BUDGET_STEPS))
def _budget_requests(world: World) -> Pair:
    return _both(world, _budget_request, may_refuse=True)

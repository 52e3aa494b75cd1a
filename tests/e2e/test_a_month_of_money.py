"""A month of payments as finance officers of a district and of the city play it in a browser, with a bank.

The bank is `manage.py fake_bank`'s: it keeps a book of its own and knows only the files that it is handed.
The pictures in `test-results/screenshots/month-*.png` show each page as its role saw it.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, expect

from apps.accounts.middleware import actor_of
from apps.accounts.models import Membership
from apps.banking.fake_bank import FakeBank
from apps.banking.fake_bank.book import default_path
from apps.banking.formats.profiles import profile
from apps.banking.models import BankStatement, PayingAccount, PaymentBatch
from apps.claims.models import Claim
from apps.core import invariants
from apps.core.clock import today
from apps.demo.banking import PROFILE
from apps.demo.calendar import put_ahead
from apps.demo.city import Extent, make_city
from apps.demo.enterprises import ENTERPRISES, INSTITUTIONS
from apps.demo.files import pdf
from apps.ledger.models import AccountingPeriod
from apps.ledger.periods import first_open_day, next_month
from apps.ledger.services.closing import close_period, propose_closing
from apps.payouts.models import PaymentOrder, Recovery
from apps.reconciliation.models import Correction
from tests.e2e.walking import Walker, membership, walking
from tests.factories import numbers

DISTRICT = "110105"
_FIRMS = tuple((*row[:6], 4, row[7]) for row in ENTERPRISES if row[0] == DISTRICT)[:4]
# The first enterprise owes money from one class and is paid for another; three more are paid.
CAST = Extent(
    enterprises=_FIRMS,
    institutions=INSTITUTIONS[:1],
    pipelines=((0, "recovering"), (0, "second_signature"), (1, "released"), (2, "released"), (3, "released")),
    districts=frozenset({DISTRICT}),
    bank_month=False,
)
# From the first statement to the second.
DAYS_BETWEEN = 3


@pytest.fixture
def walker(chromium: Browser, live_server, transactional_db: None) -> Iterator[Walker]:
    """A browser before the demo city's sign-in page."""
    call_command("load_reference", verbosity=0)
    begin_on_the_tenth()
    make_city(seed=7, today=today(), extent=CAST)
    with walking(chromium, live_server.url, "month") as found:
        yield found


def begin_on_the_tenth() -> None:
    """Whatever the day is: from the tenth to the end of a month nothing grows too old in suspense."""
    day = today()
    month = day.replace(day=1) if day.day <= 10 else next_month(day)
    put_ahead((month.replace(day=10) - day).days)


@pytest.fixture
def bank(walker) -> FakeBank:
    """The bank of the district's account."""
    return FakeBank(profile(PROFILE), default_path(PROFILE))


@pytest.mark.slow
@pytest.mark.usefixtures("tasks_run_at_once")
def test_a_month_of_payments_from_the_first_batch_to_the_closed_books(walker, bank, tmp_path):
    refused, paid = pay_and_fail(walker, bank, tmp_path)
    bank.give_back(paid.number, today())
    take_the_statement(walker, bank, tmp_path, today() - timedelta(days=60), not_explained=2)
    take_back(walker, paid)
    put_ahead(DAYS_BETWEEN)
    set_off(walker)
    correct_the_account(walker, refused)
    pay_again(walker, bank, tmp_path, [refused, paid])
    number = PayingAccount.objects.get().account_number
    bank.receive(number, 1_286_35, today(), payer="北京银行", reference="存款利息")
    bank.receive(number, 5_000_00, today(), payer="北京某商贸有限公司", reference="往来款")
    since = today() - timedelta(days=DAYS_BETWEEN - 1)
    take_the_statement(walker, bank, tmp_path, since, not_explained=2)
    close_the_batches(walker)
    reconcile(walker)
    explain_the_difference(walker)
    close_the_month(walker)
    assert [found for found in invariants.audit() if not found.holds] == []


# Payment -------------------------------------------------------------------------------------------


def make_batch(walker: Walker, name: str) -> PaymentBatch:
    """Three persons make a batch up, check it and sign it."""
    page = walker.page
    walker.become("finance_officer")
    page.goto("/desk/banking/batches/new/")
    walker.look(f"{name}-payable", phone=name == "first")
    walker.press("#make button.btn-primary")
    batch = PaymentBatch.objects.latest("id")
    walker.look(f"{name}-made-up")
    walker.become("finance_officer_2")
    page.goto(f"/desk/banking/batches/{batch.pk}/")
    walker.decide("check")
    walker.become("district_supervisor")
    page.goto(f"/desk/banking/batches/{batch.pk}/")
    walker.look(f"{name}-to-sign")
    walker.decide("sign")
    walker.confirm_money()
    return batch


def hand_over(walker: Walker, bank: FakeBank, batch: PaymentBatch, folder: Path) -> None:
    """The frozen file goes to the bank, byte for byte as it was downloaded."""
    page = walker.page
    walker.become("finance_officer")
    page.goto(f"/desk/banking/batches/{batch.pk}/")
    with page.expect_download() as download:
        page.locator("#file button.btn-primary").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    assert bank.take(path.read_bytes()) == batch.number
    walker.decide("send")
    walker.confirm_money()
    page.goto(f"/desk/banking/batches/{batch.pk}/")


def take_result(walker: Walker, bank: FakeBank, batch: PaymentBatch, folder: Path) -> None:
    """The bank's result file is uploaded at the batch."""
    path = folder / f"{batch.number}_result.csv"
    path.write_bytes(bank.result(batch.number))
    walker.page.goto(f"/desk/banking/batches/{batch.pk}/")
    walker.page.locator("#result input[type=file]").set_input_files(path)
    walker.press("#result form button.btn-primary")


def pay_and_fail(walker: Walker, bank: FakeBank, folder: Path) -> tuple[PaymentOrder, PaymentOrder]:
    """A batch of three; the bank refuses the first and pays the others; returns the first and the last."""
    batch = make_batch(walker, "first")
    hand_over(walker, bank, batch, folder)
    walker.look("first-at-the-bank", phone=True)
    refused, _paid, last = batch.entries.order_by("position")
    bank.settle(batch.number, today(), failures={refused.order_number: "账号户名不符"})
    # A file that was cut off on its way has no effect at all, and says where it ends.
    cut = folder / "cut.csv"
    cut.write_bytes(bank.result(batch.number, fault="truncated"))
    walker.page.locator("#result input[type=file]").set_input_files(cut)
    walker.press("#result form button.btn-primary")
    expect(walker.page.locator("#refused-file")).to_be_visible()
    walker.look("first-file-refused")
    take_result(walker, bank, batch, folder)
    walker.look("first-answered", phone=True)
    assert sorted(batch.entries.values_list("state", flat=True)) == ["failed", "paid", "paid"]
    walker.page.goto("/desk/banking/failures/")
    expect(walker.page.get_by_text("账号户名不符")).to_be_visible()
    walker.look("failures", phone=True)
    return refused.order, last.order


def correct_the_account(walker: Walker, refused: PaymentOrder) -> None:
    """The enterprise enters its right account, the district confirms it, the supervisor signs for it."""
    page = walker.page
    operator = Membership.objects.get(
        organisation_id=refused.enterprise_id, role="enterprise_operator", demo_label=""
    )
    Membership.objects.filter(pk=operator.pk).update(demo_label="the_refused")
    walker.become("the_refused")
    page.goto("/portal/profile/bank-accounts/new/")
    page.locator("#id_account_number").fill(numbers.account_number())
    page.locator("#id_bank_name").fill("中国建设银行北京分行")
    walker.look("new-account")
    walker.press("main form button.btn-primary")
    walker.become("district_reviewer")
    account = refused.enterprise.organisation.bank_accounts.latest("id")
    page.goto(f"/desk/registers/enterprises/{refused.enterprise_id}/")
    walker.look("account-to-confirm")
    walker.press(f'form[action$="/bank-accounts/{account.pk}/"] button[value="confirm"]')
    walker.become("finance_officer")
    page.goto(f"/desk/claims/{refused.claim_id}/")
    walker.look("account-to-renew")
    walker.decide("present_account")
    walker.become("district_supervisor")
    page.goto(f"/desk/claims/{refused.claim_id}/")
    walker.decide("sign_account")
    walker.confirm_money()


def pay_again(walker: Walker, bank: FakeBank, folder: Path, orders: Iterable[PaymentOrder]) -> None:
    """New attempts go into the next batch, and this time the bank pays everything."""
    for order in orders:
        walker.become("finance_officer")
        walker.page.goto(f"/desk/claims/{order.claim_id}/")
        walker.decide("release")
        walker.confirm_money()
    batch = make_batch(walker, "second")
    hand_over(walker, bank, batch, folder)
    bank.settle(batch.number, today())
    take_result(walker, bank, batch, folder)
    walker.look("second-answered")
    for order in orders:
        order.claim.refresh_from_db()
        assert order.claim.state == "paid"


# Recovery ------------------------------------------------------------------------------------------


def owed() -> Recovery:
    return Recovery.objects.get()


def set_off(walker: Walker) -> None:
    """What the first enterprise still owes is kept back when its other claim is released."""
    page = walker.page
    claim = Claim.objects.get(state="second_signature")
    before = owed().open_fen
    walker.become("district_supervisor")
    page.goto(f"/desk/claims/{claim.pk}/")
    walker.decide("sign")
    walker.confirm_money()
    walker.become("finance_officer")
    page.goto(f"/desk/claims/{claim.pk}/")
    walker.look("release-with-set-off", phone=True)
    walker.decide("release")
    walker.confirm_money()
    page.goto(f"/desk/claims/{claim.pk}/")
    walker.look("released-less-set-off")
    assert owed().open_fen < before
    page.goto(f"/desk/payments/recoveries/{owed().pk}/")
    walker.look("recovery-set-off", phone=True)


# Bank, books, and what lies between ----------------------------------------------------------------


def take_the_statement(
    walker: Walker, bank: FakeBank, folder: Path, since: date, *, not_explained: int
) -> None:
    """A statement up to today explains the payments; so many movements stay open."""
    page = walker.page
    path = folder / f"statement-{since}.csv"
    path.write_bytes(bank.statement(PayingAccount.objects.get().account_number, since, today()))
    walker.become("finance_officer")
    page.goto("/desk/banking/statements/")
    page.locator("#take input[type=file]").set_input_files(path)
    walker.press("#take form button.btn-primary")
    walker.look(f"statement-{since}", phone=True)
    statement = BankStatement.objects.latest("id")
    assert statement.lines.filter(match=None).count() == not_explained


def take_back(walker: Walker, paid: PaymentOrder) -> None:
    """What the bank sent back after it was paid is undone in the books, and waits to be paid again."""
    walker.press('form[action$="/returned/"] button')
    walker.confirm_money()
    paid.refresh_from_db()
    assert paid.state == "returned"
    walker.page.goto("/desk/banking/failures/")
    walker.look("sent-back")


def close_the_batches(walker: Walker) -> None:
    """Every payment is answered, and every one that was made stands in a statement."""
    for batch in PaymentBatch.objects.order_by("id"):
        walker.page.goto(f"/desk/banking/batches/{batch.pk}/")
        walker.decide("close")
        batch.refresh_from_db()
        assert batch.state == "closed"


def reconcile(walker: Walker) -> None:
    """Finance compares all sides; the interest is booked by rule, the unknown money is a difference."""
    page = walker.page
    walker.become("finance_officer")
    page.goto("/desk/reconciliation/")
    walker.look("not-reconciled-yet")
    walker.press('form[action$="/run/"] button')
    page.goto("/desk/reconciliation/")
    walker.look("reconciled", phone=True)


def explain_the_difference(walker: Walker) -> None:
    """The unknown money is taken to suspense by a correction of two persons."""
    page = walker.page
    page.goto("/desk/reconciliation/differences/?state=open")
    walker.look("differences", phone=True)
    with page.expect_navigation():
        page.locator("[data-open]").first.click()
    expect(page.get_by_text("5,000.00").first).to_be_visible()
    walker.look("a-difference", phone=True)
    walker.press('a[href$="/correct/suspense/"]')
    page.locator("#id_document").fill("情况说明〔2026〕1号")
    page.locator("#id_explanation").fill("来款单位未注明用途，已去函询问。")
    paper = pdf("情况说明", "来款单位未注明用途。")
    page.locator("#id_file").set_input_files(
        files=[{"name": "情况说明.pdf", "mimeType": "application/pdf", "buffer": paper.read()}]
    )
    walker.look("correction")
    walker.press("#correction form button.btn-primary")
    correction = Correction.objects.get()
    walker.become("finance_officer_2")
    page.goto(f"/desk/reconciliation/corrections/{correction.pk}/")
    walker.look("correction-to-sign", phone=True)
    walker.decide("sign")
    walker.confirm_money()
    page.goto("/desk/reconciliation/suspense/")
    walker.look("suspense", phone=True)


def close_the_month(walker: Walker) -> None:
    """After its last day two persons of the city close the month; it takes no posting any more."""
    page, month = walker.page, today().replace(day=1)
    put_ahead((next_month(month) - today()).days + 1)
    close_what_lies_before(month)
    walker.become("city_finance_officer")
    page.goto(f"/desk/ledger/months/{month:%Y-%m}/")
    walker.look("month-not-reconciled")
    page.goto("/desk/reconciliation/")
    walker.press('form[action$="/run/"] button')
    page.goto(f"/desk/ledger/months/{month:%Y-%m}/")
    walker.look("month-to-close", phone=True)
    walker.press('button[name="verb"][value="propose"]')
    walker.confirm_money()
    walker.become("city_city_officer")
    page.goto(f"/desk/ledger/months/{month:%Y-%m}/")
    walker.press('button[name="verb"][value="close"]')
    walker.confirm_money()
    walker.look("month-closed", phone=True)
    assert AccountingPeriod.objects.get(month=month).state == "closed"


def close_what_lies_before(month: date) -> None:
    """The months in which the city's budgets were entered and its older claims paid by hand."""
    finance, officer = (
        actor_of(membership(label)) for label in ("city_finance_officer", "city_city_officer")
    )
    while (day := first_open_day()) is not None and day < month:
        earlier = day.replace(day=1)
        propose_closing(finance, earlier, on=today())
        close_period(officer, earlier, on=today())

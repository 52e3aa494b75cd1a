"""The page of a movement: it is divided there, by keyboard, without script, and its parts are explained."""

import re

import pytest
from django.urls import reverse

from apps.banking.models import Division, StatementLine
from apps.banking.services.divide import Part, divide
from apps.core.money import yuan
from apps.payouts.models import PaymentOrder
from tests.banking.test_divided_movements import moved, parts, sent_back, two_notices
from tests.banking.test_statements import answered, statement, take
from tests.desk.test_banking import LATER, browser, text
from tests.factories import banking
from tests.factories.apprentices import ON


@pytest.fixture(autouse=True)
def _some_days_later(monkeypatch):
    monkeypatch.setattr("apps.desk.views.banking.statements.today", lambda: LATER)


def at(name: str, line: StatementLine) -> str:
    return reverse(f"desk:movement_{name}", args=[line.pk])


def typed(*rows: tuple[str, str], reason: str = "一笔流水，几件事", step: str = "divide") -> dict:
    return {
        "amount": [amount for amount, _about in rows],
        "about": [about for _amount, about in rows],
        "reason": reason,
        "step": step,
    }


def amounts(page: str) -> list[str]:
    return re.findall(r'name="amount" value="([^"]*)"', page)


def test_the_form_begins_with_what_the_reference_names_and_the_rest():
    of, notices = two_notices()
    total = sum(notice.amount_fen for notice in notices)
    line = moved(of, total + 7_00, f"{notices[0].number}、{notices[1].number}还款")
    page = text(browser(of.maker).get(at("divide", line)))
    assert amounts(page) == [*(yuan(notice.amount_fen) for notice in notices), "7.00"]
    assert all(notice.number in page for notice in notices)


def test_the_form_begins_with_the_notices_of_the_payer():
    of, notices = two_notices()
    name = notices[1].enterprise.organisation.name
    line = moved(of, notices[1].amount_fen + 1, payer=name)
    page = text(browser(of.maker).get(at("divide", line)))
    assert amounts(page) == [yuan(notices[1].amount_fen), "0.01"]


def test_the_form_begins_with_the_payments_and_the_fee():
    of, orders, line = sent_back(fee_fen=5_00)
    page = text(browser(of.maker).get(at("divide", line)))
    assert amounts(page) == [*(yuan(order.amount_fen) for order in orders), "-5.00"]


def test_the_form_begins_with_the_payments_of_the_batch_that_is_named():
    of = banking.treasury(payments=2)
    answered(of)
    batch = of.account.batches.get()
    of.bank.book.movements.clear()
    of.bank.book.move(of.account.account_number, ON, -batch.total_fen - 1, reference=batch.number)
    take(of, statement(of))
    line = StatementLine.objects.get()
    page = text(browser(of.maker).get(at("divide", line)))
    paid = [yuan(-order.amount_fen) for order in PaymentOrder.objects.order_by("id")]
    assert amounts(page) == [*paid, "-0.01"]


def test_more_rows_keep_what_was_typed_and_say_what_is_left():
    of = banking.treasury()
    answered(of)
    line = moved(of, 1000)
    page = browser(of.maker).post(at("divide", line), typed(("4.00", "甲"), ("", ""), step="more"))
    assert page.status_code == 200
    assert amounts(text(page)) == ["4.00", "", "", ""]
    assert "<output data-sum-rest>6.00</output>" in text(page)
    assert not Division.objects.exists()


def test_a_movement_is_divided_and_its_parts_are_explained_on_its_page():
    of, notices = two_notices()
    line = moved(of, sum(notice.amount_fen for notice in notices))
    desk = browser(of.maker)
    rows = [(yuan(notice.amount_fen), notice.number) for notice in notices]
    answer = desk.post(at("divide", line), typed(*rows, ("", "")))
    assert (answer.status_code, answer.url) == (302, at("detail", line))
    page = text(desk.get(at("detail", line)))
    assert f"{line.bank_serial}/1" in page
    assert f'value="{notices[0].number}"' in page
    for part, notice in zip(parts(line), notices, strict=True):
        answer = desk.post(at("match", part), {"number": notice.number})
        assert answer.url == at("detail", line)
    page = text(desk.get(at("detail", line)))
    assert at("take_back", line) not in page
    assert desk.get(at("detail", parts(line)[0])).url == at("detail", line)
    page = text(desk.get(reverse("desk:statement_detail", args=[line.statement_id])))
    assert f"{line.bank_serial}/1" not in page


def test_what_is_wrong_is_told_with_everything_kept():
    of = banking.treasury()
    answered(of)
    line = moved(of, 1000)
    desk = browser(of.maker)
    page = desk.post(at("divide", line), typed(("4,00", "甲"), ("6.00", "")))
    assert page.status_code == 400
    assert amounts(text(page)) == ["4,00", "6.00"]
    assert 'aria-invalid="true"' in text(page)
    page = desk.post(at("divide", line), typed(("4.00", "甲"), ("5.00", "乙"), reason=""))
    assert page.status_code == 400
    assert text(page).count("<li>") >= 2
    assert not Division.objects.exists()


def test_a_division_is_taken_back_on_the_page_and_stays_on_record():
    of = banking.treasury()
    answered(of)
    line = moved(of, 1000)
    divide(of.maker, line, [Part(400, "甲"), Part(600, "乙")], reason="输错的理由")
    desk = browser(of.maker)
    assert at("take_back", line) in text(desk.get(at("detail", line)))
    assert desk.post(at("take_back", line), {"reason": "金额输错"}).status_code == 302
    page = text(desk.get(at("detail", line)))
    assert "金额输错" in page
    assert "输错的理由" in page
    assert at("divide", line) in page


def test_a_part_that_waits_says_for_what():
    of, orders, line = sent_back(fee_fen=5_00)
    wanted = [Part(order.amount_fen, order.number) for order in orders]
    divide(of.maker, line, [*wanted, Part(-5_00, "手续费")], reason="扣费")
    page = text(browser(of.maker).get(at("detail", line)))
    fee = parts(line)[-1]
    assert page.count(fee.bank_serial) >= 3
    assert at("returned", parts(line)[0]) not in page


def test_others_read_and_do_not_divide():
    of = banking.treasury()
    answered(of)
    line = moved(of, 1000)
    desk = browser(of.signer)
    page = text(desk.get(at("detail", line)))
    assert at("divide", line) not in page
    assert desk.get(at("divide", line)).status_code == 403

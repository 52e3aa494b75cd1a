"""The treasury's pages: a batch from the list of orders to the closed file, and what is said of a bad one."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.accounts.access import CONFIRMED_AT
from apps.accounts.models import Membership
from apps.banking.models import BatchEntry, PayingAccount, PaymentBatch
from apps.core import clock
from apps.core.errors import Refused
from apps.ledger.models import Fund
from apps.payouts.models import PaymentOrder, PaymentPart
from tests.factories import accounts, banking, numbers
from tests.factories.apprentices import ON

LATER = ON + timedelta(days=3)


@pytest.fixture(autouse=True)
def _some_days_later(monkeypatch):
    """The pages work on a day after the one on which everything was released."""
    for name in ("batches", "statements", "accounts"):
        monkeypatch.setattr(f"apps.desk.views.banking.{name}.today", lambda: LATER)
    monkeypatch.setattr("apps.desk.views.cases.today", lambda: LATER)


def browser(actor):
    """A browser of this person who has just repeated the password."""
    client = accounts.client_of(Membership.objects.get(pk=actor.membership_id))
    session = client.session
    session[CONFIRMED_AT] = clock.now().timestamp()
    session.save()
    return client


def step(actor, batch, action, **more):
    url = reverse("desk:case_step", args=["banking.paymentbatch", batch.pk])
    return browser(actor).post(url, {"action": action, **more})


def upload(content, name="回盘.csv"):
    return SimpleUploadedFile(name, content, content_type="text/csv")


def text(response) -> str:
    return response.content.decode()


def test_a_batch_goes_from_the_list_of_orders_to_its_end():
    of = banking.treasury(payments=2)
    desk = browser(of.maker)
    page = desk.get(reverse("desk:batch_new"))
    assert page.status_code == 200
    orders = [order.pk for order in of.orders()]
    chosen = {"account": of.account.pk, "district": of.district, "order": orders, "pay_on": LATER.isoformat()}
    made = desk.post(reverse("desk:batch_new"), chosen)
    batch = PaymentBatch.objects.get()
    detail = reverse("desk:batch_detail", args=[batch.pk])
    desk.cookies["django_language"] = "en"
    english = text(desk.get(detail))
    desk.cookies["django_language"] = "zh-hans"
    for fund in Fund.objects.filter(pk__in=PaymentPart.objects.values("fund")):
        assert fund.name_en in english
        assert fund.name not in english
    assert (made.status_code, made.url) == (302, detail)
    for actor, action in ((of.checker, "check"), (of.signer, "sign"), (of.maker, "send")):
        assert step(actor, batch, action).status_code == 302
    file = desk.post(reverse("desk:batch_file", args=[batch.pk]))
    content = b"".join(file.streaming_content)
    of.bank.take(content)
    of.bank.settle(batch.number, LATER, failures={batch.entries.first().order_number: "账号户名不符"})
    assert desk.post(reverse("desk:batch_again", args=[batch.pk])).status_code == 302
    answer = desk.post(
        reverse("desk:batch_result", args=[batch.pk]), {"file": upload(of.bank.result(batch.number))}
    )
    assert answer.status_code == 302
    page = text(desk.get(detail))
    assert "账号户名不符" in page
    assert "账号户名不符" in text(desk.get(reverse("desk:payment_failures")))
    taken = desk.post(
        reverse("desk:statement_list"),
        {
            "account": of.account.pk,
            "file": upload(of.bank.statement(of.account.account_number, ON, LATER), "对账单.csv"),
        },
    )
    assert taken.status_code == 302
    assert step(of.maker, batch, "close").status_code == 302
    assert batch.number in text(desk.get(reverse("desk:batch_list"), {"state": "closed"}))


def test_a_statement_that_repeats_days_says_what_was_known_and_what_is_new():
    of = banking.treasury()
    desk, account = browser(of.maker), of.account.account_number
    of.bank.open_account(account, "财政局", 1000)
    said = []
    for fen in (5, 6, 0):
        if fen:
            of.bank.receive(account, fen, ON, payer="甲", reference="利息")
        content = of.bank.statement(account, ON if fen else ON - timedelta(days=1), ON)
        answer = desk.post(
            reverse("desk:statement_list"), {"account": of.account.pk, "file": upload(content)}, follow=True
        )
        said.append(text(answer))
    assert "1笔流水此前已导入，1笔为新增" in said[1]
    assert "此前已导入" in said[1]
    assert "2笔流水此前均已导入" in said[2]
    assert of.account.statements.count() == 2


def test_a_refused_file_is_shown_line_by_line_and_the_page_stays():
    of = banking.treasury(payments=2)
    batch = banking.sent(of)
    response = browser(of.maker).post(
        reverse("desk:batch_result", args=[batch.pk]),
        {"file": upload(of.bank.result(batch.number, fault="wrong-amount"))},
    )
    assert response.status_code == 400
    page = text(response)
    assert "回盘.csv" in page
    assert "2" in page
    assert set(BatchEntry.objects.values_list("state", flat=True)) == {"waiting"}


def test_the_same_file_again_says_that_it_was_taken_in():
    of = banking.treasury()
    batch = banking.sent(of)
    desk, url = browser(of.maker), reverse("desk:batch_result", args=[batch.pk])
    for _twice in range(2):
        content = of.bank.result(batch.number)
        assert desk.post(url, {"file": upload(content)}).status_code == 302
    assert PaymentOrder.objects.filter(state="paid").count() == 1


def test_a_long_file_is_judged_at_once_and_taken_in_by_a_job(monkeypatch, django_capture_on_commit_callbacks):
    from apps.core.models import Job

    monkeypatch.setattr("apps.desk.views.banking.batches.AT_ONCE_MAX", 1)
    of = banking.treasury(payments=2)
    batch = banking.sent(of)
    desk, url = browser(of.maker), reverse("desk:batch_result", args=[batch.pk])
    bad = desk.post(url, {"file": upload(of.bank.result(batch.number, fault="truncated"))})
    assert bad.status_code == 400
    assert not Job.objects.exists()
    with django_capture_on_commit_callbacks(execute=False):
        assert desk.post(url, {"file": upload(of.bank.result(batch.number))}).status_code == 302
    assert Job.objects.get().kind == "banking.take_result"
    assert desk.get(reverse("desk:batch_detail", args=[batch.pk])).status_code == 200


def test_an_empty_upload_is_answered_with_the_form():
    of = banking.treasury()
    batch = banking.sent(of)
    desk = browser(of.maker)
    assert desk.post(reverse("desk:batch_result", args=[batch.pk]), {}).status_code == 400
    empty = {"file": upload(b"")}
    assert desk.post(reverse("desk:batch_result", args=[batch.pk]), empty).status_code == 400
    assert desk.post(reverse("desk:statement_list"), {}).status_code == 400


def test_an_order_that_cannot_be_paid_is_listed_with_its_reason():
    of = banking.treasury(payments=2, profile_key="rural-commercial")
    order = of.orders()[0]
    PaymentOrder.objects.filter(pk=order.pk).update(account_name="北京𠮷科技有限公司")
    page = text(browser(of.maker).get(reverse("desk:batch_new")))
    assert "𠮷" in page
    assert f'name="order" value="{order.pk}"' not in page


def test_what_was_typed_wrong_keeps_the_choice():
    of = banking.treasury(payments=2)
    order = of.orders()[1]
    chosen = {"account": of.account.pk, "district": of.district, "order": [order.pk], "pay_on": "2020-01-01"}
    response = browser(of.maker).post(reverse("desk:batch_new"), chosen)
    assert response.status_code == 400
    page = text(response)
    assert page.count(" checked") == 1


def test_a_payment_is_taken_out_with_a_reason():
    of = banking.treasury(payments=2)
    batch = banking.made(of)
    entry = batch.entries.first()
    desk, url = browser(of.maker), reverse("desk:batch_entry_out", args=[entry.pk])
    assert desk.post(url, {"reason": ""}).status_code == 400
    assert desk.post(url, {"reason": "下批"}).status_code == 302
    assert not BatchEntry.objects.get(pk=entry.pk).live


def test_an_account_is_entered_and_taken_out_of_use():
    of = banking.treasury()
    desk = browser(of.maker)
    given = {
        "profile_key": "iso20022",
        "account_name": "朝阳区财政局",
        "account_number": numbers.account_number(),
        "bank_name": "北京银行",
        "bank_code": "12",
        "district": of.district,
        "fund": "",
    }
    assert desk.post(reverse("desk:paying_accounts"), given).status_code == 422
    assert desk.post(reverse("desk:paying_accounts"), {**given, "bank_code": ""}).status_code == 302
    account = PayingAccount.objects.latest("id")
    assert account.account_number[:8] not in text(desk.get(reverse("desk:paying_accounts")))
    assert desk.post(reverse("desk:paying_account_retire", args=[account.pk])).status_code == 302
    account.refresh_from_db()
    assert account.retired_on == LATER


def test_batches_stand_in_the_queue_of_whoever_acts_next():
    of = banking.treasury()
    batch = banking.checked(of)
    for actor in (of.checker, of.signer):
        page = browser(actor).get(reverse("desk:queue_kind", args=["banking.paymentbatch"]), {"q": "ZF"})
        assert batch.number in text(page)


def test_money_in_a_statement_is_matched_to_a_notice_by_its_number():
    of = banking.treasury()
    banking.sent(of)
    of.bank.receive(of.account.account_number, 100, LATER, payer="甲", reference="退款")
    desk = browser(of.maker)
    content = of.bank.statement(of.account.account_number, ON, LATER)
    desk.post(reverse("desk:statement_list"), {"account": of.account.pk, "file": upload(content)})
    line = of.account.statements.get().lines.get(amount_fen=100)
    response = desk.post(reverse("desk:movement_match", args=[line.pk]), {"number": "ZH-0"}, follow=True)
    assert "ZH-0" in text(response)


def test_no_account_number_stands_in_clear_on_any_page():
    of = banking.treasury(payments=1)
    batch = banking.sent(of)
    desk = browser(of.maker)
    number = batch.entries.get().order.account_number
    content = of.bank.statement(of.account.account_number, ON, LATER)
    desk.post(reverse("desk:statement_list"), {"account": of.account.pk, "file": upload(content)})
    pages = [
        reverse("desk:batch_detail", args=[batch.pk]),
        reverse("desk:statement_list"),
        reverse("desk:statement_detail", args=[of.account.statements.get().pk]),
        reverse("desk:paying_accounts"),
        reverse("desk:batch_new"),
    ]
    for page in pages:
        found = text(desk.get(page))
        assert number not in found
        assert of.account.account_number not in found


def test_a_supervisor_reads_and_signs_and_neither_makes_nor_opens():
    of = banking.treasury()
    batch = banking.signed(of)
    desk = browser(of.signer)
    page = desk.get(reverse("desk:batch_detail", args=[batch.pk]))
    assert page.status_code == 200
    # What comes next is finance's: no button leads to a part of the page that is not there.
    assert "目前由他人办理本批次" in text(page)
    assert 'href="#file"' not in text(page)
    assert 'href="#file"' in text(browser(of.maker).get(reverse("desk:batch_detail", args=[batch.pk])))
    assert desk.get(reverse("desk:batch_new")).status_code == 403
    assert desk.post(reverse("desk:batch_file", args=[batch.pk])).status_code == 403


def test_a_batch_held_by_another_person_is_refused_on_the_page():
    of = banking.treasury()
    batch = banking.made(of)
    assert step(of.maker, batch, "check").status_code == Refused.status


def test_the_page_of_a_claim_leads_to_its_batch_and_then_to_the_new_account():
    from apps.banking.services.take_result import take_result
    from tests.banking.test_results import correct_the_account

    of = banking.treasury()
    order = of.orders()[0]
    batch = banking.sent(of, failures={order.number: "账号户名不符"})
    page = reverse("desk:claim_review", args=[order.claim_id])
    assert batch.number in text(browser(of.maker).get(page))
    take_result(of.maker, batch, of.bank.result(batch.number), name="r.csv", on=LATER)
    assert "中国银行北京分行" not in text(browser(of.maker).get(page))
    correct_the_account(of, order)
    assert "中国银行北京分行" in text(browser(of.maker).get(page))
    url = reverse("desk:case_step", args=["claims.claim", order.claim_id])
    assert browser(of.maker).post(url, {"action": "present_account"}).status_code == 302
    signer = of.moneys[0].supervisor
    assert "中国银行北京分行" in text(browser(signer).get(page))
    assert browser(signer).post(url, {"action": "sign_account"}).status_code == 302
    account = order.enterprise.organisation.bank_accounts.get(state="confirmed")
    assert account.masked_number in text(browser(of.maker).get(page))


def test_a_payment_that_the_bank_sent_back_is_undone_from_its_movement():
    from apps.banking.services.take_result import take_result

    of = banking.treasury()
    batch = banking.sent(of)
    take_result(of.maker, batch, of.bank.result(batch.number), name="r.csv", on=LATER)
    order = PaymentOrder.objects.get()
    of.bank.give_back(order.number, LATER)
    desk = browser(of.maker)
    content = of.bank.statement(of.account.account_number, ON, LATER)
    desk.post(reverse("desk:statement_list"), {"account": of.account.pk, "file": upload(content)})
    page = reverse("desk:statement_detail", args=[of.account.statements.get().pk])
    line = of.account.statements.get().lines.get(amount_fen__gt=0)
    url = reverse("desk:movement_returned", args=[line.pk])
    assert url in text(desk.get(page))
    assert desk.post(url).status_code == 302
    assert url not in text(desk.get(page))
    assert order.number in text(desk.get(reverse("desk:payment_failures")))


def test_a_claim_that_the_bank_did_not_pay_says_so_and_what_to_do():
    from apps.banking.services.take_result import take_result

    of = banking.treasury()
    order = PaymentOrder.objects.get()
    batch = banking.sent(of, failures={order.number: "账号户名不符"})
    take_result(of.maker, batch, of.bank.result(batch.number), name="r.csv", on=LATER)
    page = text(browser(of.maker).get(reverse("desk:claim_review", args=[order.claim_id])))
    next_step = page.split("next-step", 1)[1][:1500]
    assert order.number in next_step
    assert "账号户名不符" in next_step
    assert "重新放行" in next_step

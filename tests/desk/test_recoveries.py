"""The pages of recoveries: the list with its ages, one notice, write-offs and instalments."""

import csv
import io
from datetime import date

import pytest
import time_machine
from django.urls import reverse

from apps.accounts.access import CONFIRMED_AT
from apps.accounts.middleware import MEMBERSHIP_KEY
from apps.accounts.models import Membership
from apps.core import clock
from apps.payouts.models import InstalmentAgreement, RecoveryWriteOff
from tests.factories import accounts
from tests.factories import claims as make
from tests.factories.recoveries import owed, paper, received, signed_later, supervisor_of
from tests.payouts.test_set_off import release

pytestmark = pytest.mark.django_db
# Forty days after the deadline of a notice of LATER.
TODAY = date(2023, 6, 10)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2023-06-10T02:00:00Z", tick=False):
        yield


def browser_of(actor):
    browser = accounts.client_of(Membership.objects.get(pk=actor.membership_id))
    session = browser.session
    session[MEMBERSHIP_KEY] = actor.membership_id
    session[CONFIRMED_AT] = clock.now().timestamp()
    session.save()
    return browser


def text_of(response) -> str:
    return response.content.decode()


def test_the_list_shows_what_is_open_by_age_and_filters_by_it():
    of = make.money(people=1)
    recovery = owed(of)
    page = browser_of(of.finance).get(reverse("desk:recovery_list"))
    assert page.status_code == 200
    assert recovery.number in text_of(page)
    assert "逾期31至60天" in text_of(page)
    fitting = browser_of(of.finance).get(reverse("desk:recovery_list"), {"age": "from-31"})
    assert recovery.number in text_of(fitting)
    other = browser_of(of.finance).get(reverse("desk:recovery_list"), {"age": "from-91"})
    assert recovery.number not in text_of(other)
    assert "没有符合条件的追回通知" in text_of(other)
    assert browser_of(of.finance).get(reverse("desk:recovery_list"), {"age": "x"}).status_code == 422


def test_the_list_is_kept_as_a_workbook_and_as_csv():
    of = make.money(people=1)
    recovery = owed(of)
    browser = browser_of(of.finance)
    book = browser.get(reverse("desk:recovery_export"))
    assert book.content.startswith(b"PK")
    answer = browser.get(reverse("desk:recovery_export"), {"format": "csv", "age": "from-31"})
    head, row = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert (head[0], row[0]) == ("追回通知", recovery.number)
    assert row[5] == str((TODAY - recovery.due_on).days)
    assert row[10] == "6000.00"


def test_the_notice_is_read_in_both_languages():
    of = make.money(people=1)
    recovery = owed(of)
    browser = browser_of(of.finance)
    for language in ("zh-hans", "en"):
        answer = browser.get(reverse("desk:recovery_pdf", args=[recovery.pk]), {"lang": language})
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")
    for odd in ("fr", ""):
        assert browser.get(reverse("desk:recovery_pdf", args=[recovery.pk]), {"lang": odd}).status_code == 400


def test_the_enterprise_reads_its_own_notice_and_no_other():
    of, other = make.money(people=1), make.money(people=1)
    own, foreign = owed(of), owed(other)
    browser = browser_of(of.clerk)
    assert browser.get(reverse("portal:recovery_pdf", args=[own.pk])).status_code == 200
    assert browser.get(reverse("portal:recovery_pdf", args=[foreign.pk])).status_code == 404


def test_a_write_off_is_asked_for_and_signed_on_its_pages():
    of = make.money(people=1)
    recovery = owed(of)
    address = reverse("desk:write_off_new", args=[recovery.pk])
    browser = browser_of(of.finance)
    assert "6,000.00" in text_of(browser.get(address))
    form = {"amount": "6000.00", "document": "京法执〔2026〕7号", "reason": "无财产可供执行"}
    assert browser.post(address, form).status_code == 422
    answer = browser.post(address, {**form, "file": paper()})
    request = RecoveryWriteOff.objects.get()
    assert answer.url == reverse("desk:write_off", args=[request.pk])
    supervisor = browser_of(supervisor_of(of))
    assert "无财产可供执行" in text_of(supervisor.get(answer.url))
    step = reverse("desk:case_step", args=["payouts.recoverywriteoff", request.pk])
    supervisor.post(step, {"action": "sign"})
    recovery.refresh_from_db()
    assert recovery.state == "written_off"
    page = text_of(browser.get(reverse("desk:recovery_detail", args=[recovery.pk])))
    assert "已核销" in page
    assert request.number in page


def test_too_much_is_refused_with_a_sentence_and_what_was_typed_stays():
    of = make.money(people=1)
    recovery = owed(of)
    answer = browser_of(of.finance).post(
        reverse("desk:write_off_new", args=[recovery.pk]),
        {"amount": "6000.01", "document": "依据一号", "reason": "无财产", "file": paper()},
    )
    assert answer.status_code == 422
    assert "未退余额为6,000.00元" in text_of(answer)
    assert "依据一号" in text_of(answer)


def test_the_enterprise_asks_for_instalments_and_the_district_signs():
    of = make.money(people=1)
    recovery = owed(of)
    address = reverse("portal:agreement_new", args=[recovery.pk])
    browser = browser_of(of.clerk)
    assert "2023-07-10 2000.00" in text_of(browser.get(address, {"count": "3"}))
    form = {"document": "分期还款协议", "schedule": "2023-07-10 2000\n2023-08-10 4000"}
    wrong = browser.post(address, {**form, "schedule": "2023-07-10 2000\n明天 4000", "file": paper()})
    assert (wrong.status_code, "第2行" in text_of(wrong)) == (422, True)
    less = browser.post(address, {**form, "schedule": "2023-07-10 1\n2023-08-10 2", "file": paper()})
    assert "各期合计3.00元" in text_of(less)
    answer = browser.post(address, {**form, "file": paper()})
    agreement = InstalmentAgreement.objects.get()
    assert answer.url == reverse("portal:agreement", args=[agreement.pk])
    assert "2023-08-10" in text_of(browser.get(answer.url))
    supervisor = browser_of(supervisor_of(of))
    assert supervisor.get(reverse("desk:agreement", args=[agreement.pk])).status_code == 200
    supervisor.post(
        reverse("desk:case_step", args=["payouts.instalmentagreement", agreement.pk]), {"action": "sign"}
    )
    page = text_of(browser.get(reverse("portal:recovery_notice", args=[recovery.pk])))
    assert agreement.number in page
    assert "未到期" in page


def test_finance_enters_an_agreement_at_the_desk():
    of = make.money(people=1)
    recovery = owed(of)
    address = reverse("desk:agreement_new", args=[recovery.pk])
    browser = browser_of(of.finance)
    assert browser.get(address).status_code == 200
    form = {"document": "协议", "schedule": "2023-07-10 2000\n2023-08-10 4000", "file": paper()}
    assert browser.post(address, form).status_code == 302
    assert browser.get(reverse("desk:recovery_detail", args=[recovery.pk])).status_code == 200


def test_the_pages_of_a_claim_say_what_is_and_was_set_off():
    of = make.money(people=1)
    recovery = owed(of)
    claim = signed_later(of, people=2)
    desk, portal = browser_of(of.finance), browser_of(of.clerk)
    pages = [(desk, "desk:claim_review"), (portal, "portal:claim_detail")]
    for browser, route in pages:
        page = text_of(browser.get(reverse(route, args=[claim.pk])))
        assert f"{recovery.number}：6,000.00元" in page
    release(of, claim, on=TODAY)
    for browser, route in pages:
        page = text_of(browser.get(reverse(route, args=[claim.pk])))
        assert recovery.number in page
        assert "抵扣追回款" in page
    trace = text_of(desk.get(reverse("desk:claim_trace", args=[claim.lines.first().pk])))
    assert "抵扣了该企业的追回款" in trace


def test_money_on_a_written_off_notice_is_recorded_on_its_page():
    of = make.money(people=1)
    recovery = owed(of)
    received(of, recovery, 1, "S0")
    page = browser_of(of.finance).post(
        reverse("desk:recovery_detail", args=[recovery.pk]),
        {"amount": "10", "received_on": "2023-06-10", "bank_serial": "S1", "key": "k"},
    )
    assert page.status_code == 302
    recovery.refresh_from_db()
    assert recovery.received_fen == 1001

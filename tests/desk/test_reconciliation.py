"""The reconciliation in the browser: run it, look at a difference, correct it by two persons."""

import pytest
from django.urls import reverse

from apps.accounts.access import CONFIRMED_AT
from apps.accounts.roles import Role
from apps.core import clock
from apps.core.models import Job
from apps.reconciliation.models import Break, Correction, Run
from tests.factories import accounts, banking
from tests.factories import reconciliation as make
from tests.factories.apprentices import ON
from tests.ground import stands

pytestmark = pytest.mark.django_db


@pytest.fixture
@stands
def of():
    """Payments that agree, and money that nothing explains."""
    found = make.opened(banking.treasury(payments=2))
    make.paid(found)
    found.bank.receive(found.account.account_number, 123_45, ON, payer="某公司", reference="往来款")
    make.stated(found)
    return found


def browser(role, **scope):
    client = accounts.client_for(role, **scope)
    session = client.session
    session[CONFIRMED_AT] = clock.now().timestamp()
    session.save()
    return client


def finance(of):
    return browser(Role.FINANCE_OFFICER, district=accounts.district(of.district))


def text(client, name, *args, query=""):
    answer = client.get(reverse(name, args=args) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_list_without_differences_says_so_only_once_something_was_compared(of):
    assert "尚未对账" in text(finance(of), "desk:break_list")
    assert "没有未消除的差异" not in text(finance(of), "desk:break_list")


def test_somebody_of_finance_reconciles_and_sees_what_was_found(
    of, tasks_run_at_once, django_capture_on_commit_callbacks
):
    client = finance(of)
    text(client, "desk:reconciliation")
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post(reverse("desk:reconciliation_start"))
    job = Job.objects.get(kind="reconciliation.run")
    assert done["Location"] == reverse("desk:reconciliation_run", args=[job.pk])
    assert (job.state, Run.objects.get().open) == ("done", 1)
    assert "123.45" in text(client, "desk:break_list")
    assert client.get(reverse("desk:reconciliation_progress", args=[job.pk])).status_code == 286
    for page in ("reconciliation", "reconciliation_sums", "correction_list", "suspense"):
        text(client, f"desk:{page}")
    text(client, "desk:reconciliation_balance", of.account.pk)


def test_a_difference_is_taken_corrected_and_signed_by_another(of):
    make.run()
    maker, signer = finance(of), finance(of)
    row = Break.objects.get(state="open")
    page = reverse("desk:break_detail", args=[row.pk])
    maker.post(reverse("desk:break_take", args=[row.pk]), {"verb": "take"})
    assert "某公司" in text(maker, "desk:break_detail", row.pk)
    write = reverse("desk:correction_new", args=[row.pk, "suspense"])
    assert maker.get(write).status_code == 200
    half = maker.post(write, {"fund": "special_account", "explanation": "银行正在查询"})
    assert half.status_code == 422
    assert "银行正在查询" in half.content.decode()
    done = maker.post(
        write,
        {
            "fund": "special_account",
            "document": "情况说明〔2023〕1号",
            "explanation": "银行正在查询",
            "file": make.document(),
        },
    )
    correction = Correction.objects.get()
    assert done["Location"] == reverse("desk:correction", args=[correction.pk])
    step = reverse("desk:case_step", args=["reconciliation.correction", correction.pk])
    assert maker.post(step, {"action": "sign"}).status_code == 422
    assert signer.post(step, {"action": "sign"}).status_code == 302
    assert "暂收款" in text(signer, "desk:correction", correction.pk)
    assert "123.45" in text(signer, "desk:suspense")
    assert maker.get(page).status_code == 200


def test_a_list_is_filtered_sorted_and_taken_away_as_a_workbook(of):
    make.run()
    client = finance(of)
    for query in ("?state=open&order=largest", "?kind=line_in", "?whose=nobody&order=newest", "?state=all"):
        assert "123.45" in text(client, "desk:break_list", query=query)
    assert "123.45" not in text(client, "desk:break_list", query="?whose=mine")
    assert client.get(reverse("desk:break_list") + "?kind=nonsense").status_code == 422
    for page in ("desk:break_list", "desk:reconciliation_sums"):
        answer = client.get(reverse(page) + "?file=xlsx")
        assert answer["Content-Type"].endswith("spreadsheetml.sheet")


def test_a_kind_that_does_not_fit_and_a_difference_of_others_are_not_there(of):
    make.run()
    row = Break.objects.get(state="open")
    assert finance(of).get(reverse("desk:correction_new", args=[row.pk, "opening"])).status_code == 404
    other = browser(Role.FINANCE_OFFICER, district=accounts.district("110108"))
    assert other.get(reverse("desk:break_detail", args=[row.pk])).status_code == 404
    assert "123.45" not in text(other, "desk:break_list")
    assert "123.45" not in text(other, "desk:reconciliation")


def test_an_auditor_reads_and_changes_nothing(of):
    make.run()
    client = browser(Role.AUDITOR)
    row = Break.objects.get(state="open")
    assert "123.45" in text(client, "desk:break_detail", row.pk)
    assert client.post(reverse("desk:break_take", args=[row.pk])).status_code == 403
    assert client.post(reverse("desk:reconciliation_start")).status_code == 403


def test_the_page_of_a_month_names_what_is_open(of):
    make.run()
    client = browser(Role.FINANCE_OFFICER)
    assert "对账" in text(client, "desk:ledger_month", f"{ON:%Y-%m}")

"""The reconciliation over REST: run it, read it, correct it; a long result file is background work."""

import pytest
from django.test import Client

from apps.accounts.models import Membership
from apps.core import jobs
from apps.core.models import Job
from apps.reconciliation.models import Break, Correction
from tests.api.test_banking import LATER, call_of, upload
from tests.factories import accounts, banking
from tests.factories import reconciliation as make
from tests.factories.apprentices import ON
from tests.ground import stands

V1 = "/api/v1"


@pytest.fixture
@stands
def of():
    """Payments that agree, and money that nothing explains."""
    found = make.opened(banking.treasury(payments=2))
    make.paid(found)
    found.bank.receive(found.account.account_number, 123_45, ON, payer="某公司", reference="往来款")
    make.stated(found)
    return found


def test_a_run_is_asked_for_and_its_differences_are_read(of):
    call = call_of(of.maker)
    asked = call("post", f"{V1}/reconciliation/runs/", {})
    assert asked.status_code == 202
    jobs.run(asked.json()["id"])
    assert call("get", f"{V1}/jobs/{asked.json()['id']}/").json()["state"] == "done"
    run = call("get", f"{V1}/reconciliation/runs/").json()["results"][0]
    assert (run["orders"], run["open"]) == (2, 1)
    found = call("get", f"{V1}/reconciliation/differences/?state=open").json()["results"]
    assert [(row["kind"], row["amount_fen"]) for row in found] == [("line_in", 123_45)]
    for by in ("day", "fund", "district", "batch"):
        rows = call("get", f"{V1}/reconciliation/sums/?by={by}").json()
        assert rows
        assert all(row["difference_fen"] == 0 for row in rows)
    balance = call("get", f"{V1}/reconciliation/balances/").json()["results"][0]
    assert (balance["rest_fen"], balance["bank_in_fen"]) == (0, 123_45)


def test_a_difference_is_taken_corrected_and_signed_by_another(of):
    make.run()
    row = Break.objects.get(state="open")
    call = call_of(of.maker)
    path = f"{V1}/reconciliation/differences/{row.pk}"
    assert call("post", f"{path}/take/", {}).json()["taken_by"] == of.maker.person_id
    assert call("post", f"{path}/give-back/", {}).json()["taken_by"] is None
    body = {"difference": row.pk, "kind": "suspense", "fund": "special_account"}
    body |= {"document": "情况说明〔2023〕1号", "explanation": "银行正在查询"}
    secret = accounts.token(Membership.objects.get(pk=of.maker.membership_id))[1]
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "c1"}
    path = f"{V1}/reconciliation/corrections/"
    made = Client().post(path, body | {"file": make.document()}, headers=headers)
    assert made.status_code == 201, made.content
    step = f"{V1}/reconciliation/corrections/{made.json()['id']}/sign/"
    assert call("post", step, {}, key="s1").status_code == 422
    signed = call_of(of.checker)("post", step, {}, key="s2").json()
    assert (signed["state"], bool(signed["posted"])) == ("signed", True)
    kept = call("get", f"{V1}/reconciliation/corrections/suspense/").json()["results"]
    assert [item["id"] for item in kept] == [Correction.objects.get().pk]


def test_a_signed_correction_is_undone_by_another_one(of):
    of.bank.receive(of.account.account_number, -123_45, LATER, payer="某公司", reference="划款")
    make.stated(of, LATER, LATER)
    make.run()
    item = make.corrected(of, make.standing()["line_in"], "suspense", fund="special_account")
    wrong = make.corrected(of, make.standing()["line_out"], "pay_back", item=item.pk)
    secret = accounts.token(Membership.objects.get(pk=of.maker.membership_id))[1]
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "u1"}
    path = f"{V1}/reconciliation/corrections/"
    body = {"kind": "undo_payback", "document": "来函", "explanation": "不是退款"}
    nothing = Client().post(path, body | {"file": make.document()}, headers=headers)
    assert nothing.status_code == 404
    headers["Idempotency-Key"] = "u2"
    body["correction"] = wrong.pk
    made = Client().post(path, body | {"file": make.document()}, headers=headers)
    assert (made.status_code, made.json()["undoes"]) == (201, wrong.pk), made.content
    call_of(of.checker)("post", f"{path}{made.json()['id']}/sign/", {}, key="u3")
    kept = call_of(of.maker)("get", f"{path}suspense/").json()["results"]
    assert [row["id"] for row in kept] == [item.pk]


def test_another_district_sees_none_of_it(of):
    make.run()
    row = Break.objects.get(state="open")
    call = call_of(make.outsider())
    assert call("get", f"{V1}/reconciliation/differences/{row.pk}/").status_code == 404
    assert call("get", f"{V1}/reconciliation/differences/").json()["results"] == []
    assert call("get", f"{V1}/reconciliation/sums/").json() == []


def test_a_long_result_file_is_judged_at_once_and_taken_in_by_a_job(monkeypatch):
    monkeypatch.setattr("apps.api.views.banking.AT_ONCE_MAX", 1)
    monkeypatch.setattr("apps.banking.tasks.today", lambda: LATER)
    found = banking.treasury(payments=2)
    batch = banking.sent(found)
    path = f"{V1}/batches/{batch.pk}/results/"
    bad = upload(found.maker, path, found.bank.result(batch.number, fault="wrong-amount"), "r0")
    assert bad.status_code == 400
    assert not Job.objects.exists()
    content = found.bank.result(batch.number)
    answer = upload(found.maker, path, content, "r1")
    assert (answer.status_code, answer.json()["kind"]) == (202, "banking.take_result")
    assert upload(found.maker, path, content, "r1").json() == answer.json()
    assert batch.entries.filter(state="waiting").count() == 2
    jobs.run(answer.json()["id"])
    done = call_of(found.maker)("get", f"{V1}/jobs/{answer.json()['id']}/").json()
    assert (done["state"], done["result"]["paid"]) == ("done", 2)
    assert call_of(found.checker)("get", f"{V1}/jobs/{answer.json()['id']}/").status_code == 404
    assert Client().get(f"{V1}/jobs/{answer.json()['id']}/").status_code == 401

"""A file that the bank did not take: said by a third person, then sent again, or its batch cancelled."""

import pytest

from apps.banking.models import PaymentBatch
from apps.banking.services.batch_steps import cancel_batch, send_batch, take_back_batch
from apps.banking.services.take_result import take_result
from apps.banking.services.take_statement import take_statement
from apps.casework.engine import Opinion
from apps.casework.models import History
from apps.core.errors import Conflict, InvalidInput, Refused
from tests.factories import banking, claims
from tests.factories import reconciliation as make
from tests.factories.apprentices import ON

pytestmark = pytest.mark.django_db
BECAUSE = Opinion(reason="银行系统提示文件格式错误，未受理")


def taken_back(of, batch, actor=None) -> PaymentBatch:
    return take_back_batch(actor or of.signer, batch, on=make.LATER, opinion=BECAUSE)


def codes(of, batch, actor=None) -> list[str]:
    with pytest.raises(Refused) as refusal:
        taken_back(of, batch, actor)
    return [problem.code for problem in refusal.value.problems]


def test_a_file_that_the_bank_did_not_take_is_sent_again_the_same():
    of = banking.treasury(payments=2)
    batch = banking.sent(of)
    digest = batch.file_sha256
    batch = taken_back(of, batch)
    assert (batch.state, batch.sent_on) == ("signed", None)
    with pytest.raises(Conflict):
        take_result(of.maker, batch, of.bank.result(batch.number), name="r.csv", on=make.LATER)
    batch = send_batch(of.maker, batch, on=make.LATER)
    assert (batch.state, batch.file_sha256) == ("sent", digest)
    take_result(of.maker, batch, of.bank.result(batch.number), name="r.csv", on=make.LATER)
    assert [row.action for row in History.objects.of(batch)][-4:] == ["send", "not_taken", "send", "answer"]
    assert make.broken() == []


def test_its_payments_go_into_another_batch_once_it_is_cancelled():
    of = banking.treasury()
    batch = taken_back(of, banking.sent(of))
    cancel_batch(of.maker, batch, on=make.LATER, opinion=BECAUSE)
    again = banking.made(of)
    assert [entry.order for entry in again.entries.all()] == of.orders()


def test_it_is_said_with_a_reason_and_not_by_who_made_it_up_or_checked_it():
    of = banking.treasury()
    batch = banking.sent(of)
    assert "segregation" in codes(of, batch, of.maker)
    assert "segregation" in codes(of, batch, of.checker)
    with pytest.raises(InvalidInput) as refusal:
        take_back_batch(of.signer, batch, on=make.LATER, opinion=Opinion())
    assert refusal.value.problems[0].code == "reason_required"


def test_a_file_of_which_the_bank_answered_or_moved_something_was_taken():
    of = make.opened(banking.treasury(payments=2))
    batch = banking.sent(of)
    content = of.bank.statement(of.account.account_number, ON, make.LATER)
    take_statement(of.maker, of.account, content, name="s.csv", on=make.LATER)
    assert codes(of, batch) == ["moved"]
    take_result(of.maker, batch, of.bank.result(batch.number, share=0.5), name="r.csv", on=make.LATER)
    assert "answered" in codes(of, batch)


def test_it_may_be_said_where_an_account_changed_meanwhile_and_then_it_does_not_leave_again():
    of = banking.treasury()
    batch = banking.sent(of)
    claims.moved_account(of.orders()[0].claim)
    batch = taken_back(of, batch)
    with pytest.raises(Refused):
        send_batch(of.maker, batch, on=make.LATER)
    assert cancel_batch(of.maker, batch, on=make.LATER, opinion=BECAUSE).state == "cancelled"

"""Result files take effect once or not at all; what failed is corrected and paid by a new attempt."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import translation

from apps.banking.enums import BatchState
from apps.banking.formats.refusals import FileRefused
from apps.banking.models import BatchEntry, PaymentBatch, ResultFile, ResultLine
from apps.banking.selectors import failed_payments
from apps.banking.services.batch_steps import cancel_batch, close_batch
from apps.banking.services.match_lines import match_return
from apps.banking.services.take_result import take_result
from apps.banking.services.take_statement import take_statement
from apps.banking.tasks import enqueue_result
from apps.casework.engine import Opinion
from apps.claims.enums import ClaimState
from apps.claims.models import Claim
from apps.claims.services.renew_account import present_account, sign_account
from apps.core import invariants
from apps.core.errors import Conflict, Forbidden, Refused
from apps.core.files import store_bytes
from apps.enterprises.services.bank_accounts import confirm_bank_account, enter_bank_account
from apps.ledger.models import Transaction
from apps.payouts.models import PaymentOrder
from apps.payouts.services.release_payment import release_payment
from tests.claims.test_invariants import NUMBERS
from tests.factories import banking, numbers
from tests.factories.apprentices import ON
from tests.ledger.conftest import owner, run

__all__ = ["owner"]
LATER = ON + timedelta(days=3)
ALL = [*NUMBERS, "I1", "I6a", "I7", "I8", "I9", "I10", "I10b", "I10c"]


def all_hold() -> bool:
    return all(found.holds for found in invariants.audit(ALL))


def take(of, batch, content, on=LATER):
    return take_result(of.maker, batch, content, name="回盘.csv", on=on)


def states() -> list[str]:
    return list(BatchEntry.objects.order_by("position").values_list("state", flat=True))


def nothing_happened() -> bool:
    return (
        set(states()) == {"waiting"}
        and not ResultFile.objects.exists()
        and not ResultLine.objects.exists()
        and not Transaction.objects.filter(kind="payment").exists()
        and set(Claim.objects.values_list("state", flat=True)) == {ClaimState.RELEASED}
    )


@pytest.mark.parametrize("key", ["city-commercial", "rural-commercial", "joint-stock", "iso20022"])
def test_a_result_pays_the_claims_and_posts_them(key):
    of = banking.treasury(payments=2, profile_key=key)
    batch = banking.sent(of)
    taken = take(of, batch, of.bank.result(batch.number))
    batch.refresh_from_db()
    assert not taken.already
    assert batch.state == BatchState.ANSWERED
    assert states() == ["paid", "paid"]
    assert set(Claim.objects.values_list("state", flat=True)) == {ClaimState.PAID}
    assert Transaction.objects.filter(kind="payment").count() == 2
    assert all_hold()


def test_the_same_file_again_is_already_taken_in_and_changes_nothing():
    of = banking.treasury(payments=2)
    batch = banking.sent(of)
    content = of.bank.result(batch.number)
    first = take(of, batch, content)
    again = take(of, batch, content)
    assert (again.already, again.file) == (True, first.file)
    assert Transaction.objects.filter(kind="payment").count() == 2
    assert ResultLine.objects.count() == 2


def test_a_failed_payment_waits_in_the_queue_with_the_banks_reason():
    of = banking.treasury(payments=2)
    order = of.orders()[0]
    batch = banking.sent(of, failures={order.number: "账号户名不符"})
    take(of, batch, of.bank.result(batch.number))
    order.refresh_from_db()
    assert (order.state, order.failure) == ("failed", "账号户名不符")
    assert [row.pk for row in failed_payments(of.maker)] == [order.pk]
    order.claim.refresh_from_db()
    assert order.claim.state == ClaimState.APPROVED
    assert all_hold()


def test_lines_that_are_absent_stay_unknown_and_come_with_a_later_file():
    of = banking.treasury(payments=3)
    batch = banking.sent(of)
    take(of, batch, of.bank.result(batch.number, share=0.3))
    batch.refresh_from_db()
    assert states() == ["paid", "waiting", "waiting"]
    assert batch.state == BatchState.SENT
    take(of, batch, of.bank.result(batch.number))
    batch.refresh_from_db()
    assert batch.state == BatchState.ANSWERED
    assert ResultFile.objects.count() == 2
    assert ResultLine.objects.count() == 3
    assert all_hold()


def test_what_is_being_processed_stays_unknown():
    of = banking.treasury(payments=2)
    batch = banking.sent(of, pending_share=1.0)
    take(of, batch, of.bank.result(batch.number))
    assert states() == ["waiting", "waiting"]
    of.bank.settle(batch.number, ON)
    take(of, batch, of.bank.result(batch.number))
    assert states() == ["paid", "paid"]
    assert all_hold()


@pytest.mark.parametrize(
    "fault",
    ["wrong-amount", "unknown-line", "truncated", "wrong-encoding", "duplicate-line", "wrong-total"],
)
def test_a_file_with_a_fault_has_no_effect(fault):
    of = banking.treasury(payments=3)
    batch = banking.sent(of)
    with pytest.raises(Exception) as refusal:
        take(of, batch, of.bank.result(batch.number, fault=fault))
    assert refusal.type.__name__ == "FileRefused"
    assert refusal.value.problems
    assert nothing_happened()


def test_a_payment_answered_as_paid_is_not_answered_as_failed_afterwards():
    of = banking.treasury(payments=2)
    batch = banking.sent(of)
    take(of, batch, of.bank.result(batch.number, share=0.5))
    order = of.bank.book.of_batch(batch.number)[0]
    order.state, order.reason, order.serial, order.paid_on = "failed", "退汇", "", ""
    with pytest.raises(Exception) as refusal:
        take(of, batch, of.bank.result(batch.number))
    assert [(p.code, p.row) for p in refusal.value.problems] == [("answered_otherwise", 2)]
    assert states() == ["paid", "waiting"]


def test_a_later_file_may_say_what_the_statement_showed_that_a_payment_came_back():
    """Banks repeat all lines of a batch: the rest of it would never be answered otherwise."""
    of = banking.treasury(payments=2)
    batch = banking.sent(of)
    take(of, batch, of.bank.result(batch.number, share=0.5))
    order = of.bank.book.of_batch(batch.number)[0]
    of.bank.give_back(order.number, LATER)
    content = of.bank.statement(of.account.account_number, ON, LATER)
    taken = take_statement(of.maker, of.account, content, name="s.csv", on=LATER).statement
    match_return(of.maker, taken.lines.get(amount_fen__gt=0), on=LATER)
    order.state, order.reason, order.serial, order.paid_on = "failed", "退汇", "", ""
    take(of, batch, of.bank.result(batch.number))
    assert states() == ["paid", "paid"]
    assert sorted(PaymentOrder.objects.values_list("state", flat=True)) == ["paid", "returned"]
    assert all_hold()


def test_what_a_bank_answered_otherwise_is_told_with_what_to_do():
    of = banking.treasury()
    batch = banking.sent(of)
    take(of, batch, of.bank.result(batch.number))
    order = of.bank.book.of_batch(batch.number)[0]
    order.state, order.reason, order.serial, order.paid_on = "failed", "退汇", "", ""
    with translation.override("en"), pytest.raises(FileRefused) as refusal:
        take(of, batch, of.bank.result(batch.number))
    assert "record it there as sent back" in str(refusal.value.problems[0].message)


def test_the_answer_to_a_cancelled_batch_is_not_told_to_hand_the_file_over():
    of = banking.treasury()
    batch = cancel_batch(of.maker, banking.signed(of), on=ON, opinion=Opinion(reason="重做"))
    with translation.override("en"), pytest.raises(Conflict, match="was cancelled"):
        take(of, batch, b"x")


def test_a_serial_number_that_counts_elsewhere_refuses_the_file():
    of = banking.treasury(payments=1)
    other = banking.sent(of)
    take(of, other, of.bank.result(other.number))
    serial = PaymentOrder.objects.get().bank_serial
    again = banking.treasury(payments=1)
    batch = banking.sent(again)
    again.bank.book.of_batch(batch.number)[0].serial = serial
    with pytest.raises(Exception) as refusal:
        take(again, batch, again.bank.result(batch.number))
    assert [problem.code for problem in refusal.value.problems] == ["serial_used"]


@pytest.mark.parametrize("day", [ON - timedelta(days=1), LATER + timedelta(days=1)])
def test_a_day_before_the_file_or_in_the_future_refuses_it(day):
    of = banking.treasury()
    batch = banking.sent(of)
    of.bank.book.of_batch(batch.number)[0].paid_on = day.isoformat()
    with pytest.raises(Exception) as refusal:
        take(of, batch, of.bank.result(batch.number))
    assert [problem.code for problem in refusal.value.problems] == ["paid_on"]
    assert nothing_happened()


def test_a_line_that_the_claim_refuses_refuses_the_whole_file():
    """Whoever sat in another chair of one claim takes no file in that pays it."""
    of = banking.treasury(payments=2)
    batch = banking.sent(of)
    content = of.bank.result(batch.number)
    last = PaymentOrder.objects.order_by("-id").first()
    run(f"UPDATE payouts_paymentorder SET bank_serial = 'X' WHERE id = {last.pk}")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO casework_seat (subject_type, subject_id, seat, person_id, since)"
            " VALUES ('claims.claim', %s, 'reviewer', %s, now()) ON CONFLICT DO NOTHING",
            [last.claim_id, of.checker.person_id],
        )
    with pytest.raises(Exception) as refusal:
        take_result(of.checker, batch, content, name="r.csv", on=LATER)
    assert [(p.code, p.row) for p in refusal.value.problems] == [("segregation", 3)]
    assert nothing_happened()


def test_only_finance_takes_a_file_in_and_only_once_it_is_with_the_bank():
    of = banking.treasury()
    batch = banking.signed(of)
    with pytest.raises(Conflict):
        take(of, batch, b"x")
    with pytest.raises(Forbidden):
        take_result(of.signer, batch, b"x", name="r.csv", on=LATER)


def test_two_files_of_one_batch_at_once_count_each_line_once():
    of = banking.treasury(payments=2)
    batch = banking.sent(of)
    take(of, batch, of.bank.result(batch.number))
    entry = BatchEntry.objects.first()
    first = ResultFile.objects.get()
    other = ResultFile.objects.create(
        batch=batch,
        file=store_bytes(b"other", name="r.csv", media_type="text/csv"),
        sha256="0" * 64,
        name="r.csv",
        paid_count=0,
        failed_count=1,
        pending_count=0,
        taken_by=first.taken_by,
        taken_on=LATER,
    )
    with pytest.raises(IntegrityError, match="entry_answered_once"), transaction.atomic():
        ResultLine.objects.create(result_file=other, entry=entry, row=2, outcome="failed", amount_fen=1)
    first.pk = None
    with pytest.raises(IntegrityError, match="sha256"), transaction.atomic():
        first.save(force_insert=True)


def test_files_and_their_lines_are_never_changed():
    of = banking.treasury()
    batch = banking.sent(of)
    take(of, batch, of.bank.result(batch.number))
    for table in ("banking_resultfile", "banking_resultline"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)


SPOILED = {
    "an_answer_that_is_gone": "DELETE FROM banking_resultline",
    "another_outcome": "UPDATE banking_resultline SET outcome = 'failed'",
    "another_serial_at_the_order": "UPDATE payouts_paymentorder SET bank_serial = 'other'",
    "an_entry_that_waits_again": (
        "UPDATE banking_batchentry SET state = 'waiting', paid_on = NULL, bank_serial = ''"
    ),
}


@pytest.mark.parametrize("name", SPOILED)
def test_with_the_guards_off_the_nightly_check_finds_a_changed_answer(name, owner):
    of = banking.treasury()
    batch = banking.sent(of)
    take(of, batch, of.bank.result(batch.number))
    sql = SPOILED[name]
    table = next(word for word in sql.split() if "_" in word)
    with owner():
        run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        assert run(sql) == 1
        assert not invariants.audit(["I10"])[0].holds


def correct_the_account(of, order) -> None:
    """The enterprise enters a new account and the district confirms it."""
    money = next(m for m in of.moneys if m.shop.enterprise.pk == order.enterprise_id)
    account = enter_bank_account(
        money.clerk,
        order.enterprise.organisation,
        account_number=numbers.account_number(),
        bank_name="中国银行北京分行",
    )
    confirm_bank_account(money.reviewer, account)


def test_a_failed_payment_is_corrected_signed_anew_and_paid_by_a_second_attempt():
    of = banking.treasury(payments=2)
    order = of.orders()[0]
    batch = banking.sent(of, failures={order.number: "账号户名不符"})
    take(of, batch, of.bank.result(batch.number))
    claim = Claim.objects.get(pk=order.claim_id)
    with pytest.raises(Refused) as refusal:
        present_account(of.maker, claim, on=LATER)
    assert refusal.value.problems[0].code == "account_not_new"

    correct_the_account(of, order)
    with pytest.raises(Refused) as refusal:
        release_payment(of.maker, claim, on=LATER)
    assert refusal.value.code == "payee_changed"
    claim = present_account(of.maker, claim, on=LATER)
    money = next(m for m in of.moneys if m.training_class.pk == claim.training_class_id)
    claim = sign_account(money.supervisor, claim, on=LATER)
    assert (claim.state, claim.bank_account.bank_name) == (ClaimState.APPROVED, "中国银行北京分行")
    claim = release_payment(of.maker, claim, on=LATER)
    second = PaymentOrder.objects.get(claim=claim, state="released")
    assert second.attempt == 2
    assert not failed_payments(of.maker).exists()

    again = banking.sent(of)
    assert [entry.order_number for entry in again.entries.all()] == [second.number]
    take(of, again, of.bank.result(again.number))
    claim.refresh_from_db()
    assert claim.state == ClaimState.PAID
    assert Transaction.objects.filter(kind="payment").count() == 2
    assert all_hold()


def test_a_right_account_is_simply_released_again():
    of = banking.treasury()
    order = of.orders()[0]
    batch = banking.sent(of, failures={order.number: "收款行系统维护"})
    take(of, batch, of.bank.result(batch.number))
    release_payment(of.maker, Claim.objects.get(pk=order.claim_id), on=LATER)
    again = banking.sent(of)
    take(of, again, of.bank.result(again.number))
    assert Claim.objects.get().state == ClaimState.PAID
    assert all_hold()


def test_a_signed_claim_changes_its_account_only_at_the_new_signature():
    of = banking.treasury()
    claim = of.claims[0]
    correct_the_account(of, of.orders()[0])
    other = claim.enterprise.organisation.bank_accounts.get(state="confirmed")
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(bank_account=other)


def test_a_batch_is_closed_when_every_payment_stands_in_a_statement():
    of = banking.treasury(payments=2)
    batch = banking.sent(of)
    take(of, batch, of.bank.result(batch.number))
    batch.refresh_from_db()
    with pytest.raises(Refused) as refusal:
        close_batch(of.maker, batch, on=LATER)
    assert refusal.value.problems[0].code == "not_in_statement"
    content = of.bank.statement(of.account.account_number, ON, LATER)
    assert take_statement(of.maker, of.account, content, name="对账单.csv", on=LATER).matched == 2
    assert close_batch(of.maker, batch, on=LATER).state == BatchState.CLOSED
    assert all_hold()


@pytest.mark.usefixtures("tasks_run_at_once")
def test_a_long_file_is_taken_in_by_a_job(django_capture_on_commit_callbacks):
    of = banking.treasury(payments=2)
    batch = banking.sent(of)
    file = store_bytes(of.bank.result(batch.number), name="回盘.csv", media_type="text/csv", sealed=True)
    with django_capture_on_commit_callbacks(execute=True):
        job = enqueue_result(of.maker, batch, file)
    job.refresh_from_db()
    assert (job.state, job.error) == ("done", "")
    assert job.result["paid"] == 2
    assert PaymentBatch.objects.get().state == BatchState.ANSWERED


def test_a_reason_of_the_office_goes_with_what_is_cancelled():
    from apps.banking.services.batch_steps import cancel_batch

    of = banking.treasury()
    with pytest.raises(Exception) as refusal:
        cancel_batch(of.maker, banking.made(of), on=ON, opinion=Opinion())
    assert refusal.value.code == "reason_required"

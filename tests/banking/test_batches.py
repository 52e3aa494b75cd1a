"""A payment batch from released orders to the frozen file: three people, one file, nobody's name changed."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from apps.banking.enums import BatchState
from apps.banking.models import BatchEntry, PaymentBatch
from apps.banking.selectors import candidates, open_orders
from apps.banking.services.batch_steps import (
    cancel_batch,
    check_batch,
    send_back_batch,
    sign_batch,
)
from apps.banking.services.build_batch import build_batch, take_out
from apps.banking.services.freezing import make_file, open_payment_file, regenerate
from apps.banking.services.paying_accounts import enter_paying_account, retire_paying_account
from apps.casework.engine import Opinion
from apps.casework.models import Decision, History
from apps.core import invariants
from apps.core.errors import Conflict, Forbidden, InvalidInput, NotFound, Refused
from apps.core.files import open_file
from apps.payouts.services.record_payment import record_failure, record_payment
from tests.factories import accounts, banking, claims, numbers
from tests.factories.apprentices import ON
from tests.ledger.conftest import owner, run

__all__ = ["owner"]
BECAUSE = Opinion(reason="金额有误")


def codes(refusal) -> list[str]:
    return [problem.code for problem in refusal.value.problems]


def test_a_batch_is_made_checked_signed_and_sent_by_three_people():
    of = banking.treasury(payments=2)
    batch = banking.sent(of)
    assert batch.state == BatchState.SENT
    assert batch.count == 2
    assert batch.total_fen == sum(claim.net_fen for claim in of.claims)
    assert len({batch.maker_id, batch.checker_id, batch.signer_id}) == 3
    assert [row.action for row in History.objects.of(batch)] == ["create", "check", "sign", "send"]
    assert [row.action for row in Decision.objects.of(batch)] == ["check", "sign"]


@pytest.mark.parametrize("key", ["city-commercial", "rural-commercial", "joint-stock", "iso20022"])
def test_the_frozen_file_is_kept_and_made_again_to_the_byte(key):
    of = banking.treasury(payments=3, profile_key=key)
    batch = banking.signed(of)
    again = regenerate(PaymentBatch.objects.get(pk=batch.pk))
    assert again.same
    with open_file(batch.file) as kept:
        assert of.bank.take(kept.read()) == batch.number
    assert batch.file.sealed


def test_who_made_a_batch_up_neither_checks_nor_signs_it():
    of = banking.treasury()
    batch = banking.made(of)
    with pytest.raises(Refused) as refusal:
        check_batch(of.maker, batch, on=ON)
    assert refusal.value.code == "segregation"
    batch = check_batch(of.checker, batch, on=ON)
    for person in (of.maker, of.checker):
        with pytest.raises(Refused) as refusal:
            sign_batch(person, batch, on=ON)
        assert refusal.value.code == "segregation"


def test_the_database_wants_three_people_as_well():
    of = banking.treasury()
    batch = banking.checked(of)
    for field in ("checker", "signer"):
        with pytest.raises(IntegrityError, match="batch_of_three_people"), transaction.atomic():
            PaymentBatch.objects.filter(pk=batch.pk).update(**{field: batch.maker_id})


def test_an_order_is_in_one_live_batch():
    of = banking.treasury()
    order = of.orders()[0]
    batch = banking.made(of)
    with pytest.raises(Refused) as refusal:
        build_batch(of.maker, of.account, district=of.district, orders=[order.pk], pay_on=ON, on=ON)
    assert codes(refusal) == ["not_open"]
    entry = batch.entries.get()
    entry.pk, entry.position = None, 2
    with pytest.raises(IntegrityError, match="order_in_one_live_batch"), transaction.atomic():
        entry.save(force_insert=True)


def test_the_orders_of_a_cancelled_batch_go_into_another():
    of = banking.treasury(payments=2)
    batch = cancel_batch(of.maker, banking.signed(of), on=ON, opinion=BECAUSE)
    assert batch.state == BatchState.CANCELLED
    again = banking.made(of)
    assert again.count == 2
    assert again.number != batch.number


def test_a_batch_that_is_with_the_bank_is_not_cancelled():
    of = banking.treasury()
    with pytest.raises(Conflict):
        cancel_batch(of.maker, banking.sent(of), on=ON, opinion=BECAUSE)


def test_a_batch_sent_back_is_checked_anew():
    of = banking.treasury()
    batch = send_back_batch(of.signer, banking.checked(of), on=ON, opinion=BECAUSE)
    assert (batch.state, batch.checker_id) == (BatchState.DRAFT, None)
    assert check_batch(of.checker, batch, on=ON).state == BatchState.CHECKED


def test_finance_of_another_district_does_not_see_the_batch():
    of = banking.treasury()
    batch = banking.made(of)
    stranger = accounts.actor("finance_officer", district=accounts.district("110108"))
    assert not PaymentBatch.objects.visible_to(stranger).exists()
    with pytest.raises(NotFound):
        check_batch(stranger, batch, on=ON)


@pytest.mark.parametrize("role", ["district_reviewer", "district_supervisor", "city_officer"])
def test_nobody_but_finance_makes_a_batch_up(role):
    of = banking.treasury()
    scope = {} if role == "city_officer" else {"district": of.claims[0].district}
    with pytest.raises(Forbidden):
        build_batch(
            accounts.actor(role, **scope), of.account, district=of.district, orders=[1], pay_on=ON, on=ON
        )


def test_what_cannot_be_built_says_why():
    of = banking.treasury()
    orders = [of.orders()[0].pk]
    with pytest.raises(InvalidInput):
        build_batch(of.maker, of.account, district=of.district, orders=[], pay_on=ON, on=ON)
    with pytest.raises(InvalidInput):
        build_batch(
            of.maker, of.account, district=of.district, orders=orders, pay_on=ON.replace(year=2022), on=ON
        )
    with pytest.raises(NotFound):
        build_batch(of.maker, of.account, district="110108", orders=orders, pay_on=ON, on=ON)
    retire_paying_account(of.maker, of.account, on=ON)
    with pytest.raises(NotFound):
        build_batch(of.maker, of.account, district=of.district, orders=orders, pay_on=ON, on=ON)


def test_an_account_of_one_fund_pays_only_what_comes_out_of_it():
    of = banking.treasury()
    common = {
        "profile_key": "iso20022",
        "account_name": "财政局",
        "bank_name": "北京银行",
        "district": of.district,
    }
    special, employment = (
        banking.signed_account(of.maker, account_number=numbers.account_number(), fund=fund, **common)
        for fund in ("special_account", "employment_fund")
    )
    assert open_orders(of.maker, special, of.district).count() == 1
    assert open_orders(of.maker, employment, of.district).count() == 0


def test_an_account_is_entered_once_and_by_finance_of_its_own_district():
    of = banking.treasury()
    again = {
        "profile_key": "iso20022",
        "account_name": "财政局",
        "bank_name": "北京银行",
        "account_number": of.account.account_number,
    }
    with pytest.raises(Conflict):
        enter_paying_account(of.maker, district=of.district, **again)
    with pytest.raises(Forbidden):
        enter_paying_account(of.maker, district="110108", **again)
    with pytest.raises(Forbidden):
        enter_paying_account(of.signer, district=of.district, **again)
    with pytest.raises(InvalidInput):
        enter_paying_account(of.maker, district=of.district, **{**again, "bank_name": " "})


def test_a_name_that_the_bank_cannot_carry_keeps_the_order_out_with_a_sentence():
    of = banking.treasury(profile_key="rural-commercial")
    order = open_orders(of.maker, of.account, of.district)[0]
    order.account_name = "北京𠮷科技有限公司"
    found = candidates(of.account, [order])
    assert "not_in_encoding" in [problem.code for problem in found[0].problems]


def test_a_payment_that_is_merely_taken_out_stays_released():
    of = banking.treasury(payments=2)
    batch = banking.made(of)
    entry = batch.entries.first()
    batch = take_out(of.maker, entry, on=ON, reason="下一批支付")
    assert (batch.count, batch.total_fen) == (1, batch.entries.get(live=True).amount_fen)
    assert open_orders(of.maker, of.account, of.district).get().pk == entry.order_id
    with pytest.raises(NotFound):
        take_out(of.maker, entry, on=ON, reason="再次")
    with pytest.raises(InvalidInput):
        take_out(of.maker, batch.entries.get(live=True), on=ON, reason=" ")


def test_after_the_check_nothing_is_taken_out():
    of = banking.treasury()
    batch = banking.checked(of)
    with pytest.raises(Conflict):
        take_out(of.maker, batch.entries.get(), on=ON, reason="改")


def test_what_is_in_a_batch_is_not_recorded_by_hand():
    of = banking.treasury()
    banking.made(of)
    with pytest.raises(Refused) as refusal:
        record_payment(of.maker, of.claims[0], on=ON, paid_on=ON, bank_serial="S1")
    assert refusal.value.code == "in_a_batch"
    with pytest.raises(Refused):
        record_failure(of.maker, of.claims[0], on=ON, opinion=BECAUSE)


def test_the_file_is_opened_by_finance_after_the_signature_and_logged():
    from apps.accounts.models import AccessLog

    of = banking.treasury()
    batch = banking.checked(of)
    with pytest.raises(Conflict):
        open_payment_file(of.maker, batch)
    batch = sign_batch(of.signer, batch, on=ON)
    with pytest.raises(Forbidden):
        open_payment_file(of.signer, batch)
    assert open_payment_file(of.maker, batch).sha256 == batch.file_sha256
    assert AccessLog.objects.filter(action="exported", subject_id=str(batch.pk)).count() == 1


def test_a_form_that_changed_after_the_check_is_checked_anew():
    of = banking.treasury()
    batch = banking.checked(of)
    PaymentBatch.objects.filter(pk=batch.pk).update(profile_sha256="0" * 64)
    with pytest.raises(Refused) as refusal:
        sign_batch(of.signer, batch, on=ON)
    assert codes(refusal) == ["form_changed"]


SIGNED = "UPDATE banking_paymentbatch SET {} WHERE id = {}"
ENTRY = "UPDATE banking_batchentry SET {} WHERE batch_id = {}"
ATTACKS = {
    "another_total": (SIGNED, "total_fen = total_fen + 1", "banking_file_stands"),
    "another_count": (SIGNED, "count = count + 1", "banking_file_stands"),
    "another_digest": (SIGNED, f"file_sha256 = '{'0' * 64}'", "banking_file_stands"),
    "another_file": (SIGNED, "file_id = NULL", "banking_file_stands"),
    "another_signer": (SIGNED, "signer_id = (SELECT min(id) FROM accounts_person)", "banking_file_stands"),
    "another_day": (SIGNED, "pay_on = pay_on + 1", "banking_file_stands"),
    "another_payer": (SIGNED, "payer_name = 'x'", "banking_file_stands"),
    "another_number": (SIGNED, "number = 'x'", "banking_file_stands"),
    "another_amount": (ENTRY, "amount_fen = amount_fen + 1", "banking_entries_stay"),
    "another_payee": (ENTRY, "payee_name = 'x'", "banking_entries_stay"),
    "another_fingerprint": (ENTRY, "payee_fingerprint = 'x'", "banking_entries_stay"),
    "answered_by_nobody": (
        ENTRY,
        "state = 'paid', paid_on = '2023-03-01', bank_serial = 'S'",
        "banking_entries_stay",
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_of_a_signed_batch_is_changed_by_sql(attack):
    of = banking.treasury()
    batch = banking.signed(of)
    statement, change, constraint = ATTACKS[attack]
    with pytest.raises(IntegrityError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(change, batch.pk))
    assert refusal.value.__cause__.diag.constraint_name == constraint


@pytest.mark.parametrize("table", ["banking_paymentbatch", "banking_batchentry"])
def test_batches_and_entries_are_never_deleted(table):
    of = banking.treasury()
    banking.made(of)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")


def test_no_payment_is_added_to_a_batch_that_was_checked():
    of = banking.treasury(payments=2)
    orders = of.orders()
    batch = build_batch(of.maker, of.account, district=of.district, orders=[orders[0].pk], pay_on=ON, on=ON)
    batch = check_batch(of.checker, batch, on=ON)
    entry = BatchEntry.objects.get(batch=batch)
    entry.pk, entry.order, entry.position = None, orders[1], 2
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.save(force_insert=True)


def test_the_database_signs_only_the_sum_of_the_entries():
    of = banking.treasury()
    batch = banking.checked(of)
    PaymentBatch.objects.filter(pk=batch.pk).update(total_fen=batch.total_fen + 1)
    with pytest.raises(Conflict):
        sign_batch(of.signer, batch, on=ON)


def test_the_files_hold_and_a_spoilt_one_is_found():
    of = banking.treasury(payments=2)
    banking.sent(of)
    assert all(found.holds for found in invariants.audit(["I8", "I9", "I10"]))


SPOILED = {
    "a_total_that_is_not_the_sum": ("UPDATE banking_paymentbatch SET total_fen = total_fen + 1", {"I9"}),
    "a_digest_that_is_not_the_file": (f"UPDATE banking_paymentbatch SET file_sha256 = '{'0' * 64}'", {"I9"}),
    "another_payee_in_the_entry": ("UPDATE banking_batchentry SET payee_fingerprint = 'x'", {"I8"}),
    "another_payee_in_the_claim": ("UPDATE claims_claim SET payee_fingerprint = 'x'", {"I8"}),
    "another_amount": ("UPDATE banking_batchentry SET amount_fen = amount_fen + 1", {"I8", "I9"}),
    "an_answer_without_a_file": (
        "UPDATE banking_batchentry SET state = 'failed', reason = 'x'",
        {"I10"},
    ),
}


@pytest.mark.parametrize("name", SPOILED)
def test_with_the_guards_off_the_nightly_check_finds_what_came_in(name, owner):
    banking.sent(banking.treasury())
    statement, wanted = SPOILED[name]
    with owner():
        run(f"ALTER TABLE {statement.split()[1]} DISABLE TRIGGER USER")
        assert run(statement) == 1
        assert {f.invariant.number for f in invariants.audit(["I8", "I9", "I10"]) if not f.holds} == wanted


def test_the_file_does_not_depend_on_what_people_do_afterwards():
    of = banking.treasury()
    batch = banking.sent(of)
    before = make_file(batch)
    claims.moved_account(batch.entries.get().order.claim)
    assert make_file(batch) == before
    assert regenerate(batch).same


def check_files() -> str:
    said = StringIO()
    call_command("check_payment_files", stdout=said)
    return said.getvalue()


def test_every_frozen_file_is_made_again_and_compared(owner):
    of = banking.treasury()
    batch = banking.sent(of)
    assert "1 payment files made again, 0 differ" in check_files()
    with owner():
        run("ALTER TABLE banking_batchentry DISABLE TRIGGER USER")
        run("UPDATE banking_batchentry SET purpose = purpose || '1'")
        with pytest.raises(CommandError):
            check_files()
    assert batch.state == BatchState.SENT


def test_a_check_asks_the_second_signer_by_a_notice():
    from apps.casework.models import Notice

    of = banking.treasury()
    batch = banking.checked(of)
    assert Notice.objects.visible_to(of.signer).filter(subject_id=batch.pk).count() == 1

"""Attacks of their own for guards that stand behind others: each comes straight to its guard.

An attack that is refused raises what refused it; one that comes through returns. Raw SQL runs as the
application's role, unless the attack is the owner's.
"""

import hashlib
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any
from unittest.mock import patch

import psycopg2
from django.db import DatabaseError, connection, transaction

from apps.banking.fake_bank import FakeBank
from apps.banking.models import (
    BankStatement,
    PayingAccount,
    PaymentBatch,
    ResultFile,
    ResultLine,
    StatementLine,
)
from apps.banking.services.batch_steps import check_batch, send_batch, sign_batch
from apps.banking.services.build_batch import build_batch
from apps.banking.services.freezing import make_file
from apps.banking.services.match_lines import match_return
from apps.banking.services.take_result import take_result
from apps.banking.services.take_statement import take_statement
from apps.claims.enums import ClaimKind
from apps.claims.models import Claim, ClaimLine
from apps.claims.services.compute_claim import compute_claim
from apps.claims.services.sign_claim import sign_claim
from apps.core import clock, jobs
from apps.core.errors import ShituError
from apps.core.models import Job, JobState
from apps.ledger import services as ledger
from apps.ledger.models import Transaction
from apps.ledger.services.closing import close_period, propose_closing
from apps.payouts.models import PaymentOrder
from apps.payouts.services.release_payment import release_payment
from tests.factories import enterprises
from tests.factories.apprentices import ON
from tests.faults.databases import Owner, connect
from tests.faults.schedule import FIRST_DAY
from tests.faults.town import DISTRICT, Town

Attack = Callable[[Town, Owner], None]
MANY = 4


def run(sql: str, *params: Any) -> None:
    """One statement as the application's role; an attack on nothing is a mistake of the attack."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)
        if cursor.rowcount < 1:
            raise LookupError(f"the attack touched nothing: {sql[:80]}")


def copy_row(table: str, where: str, **changes: str) -> None:
    """Add a copy of the one row, with these columns given as SQL."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND table_name = %s AND column_name <> 'id' AND is_generated = 'NEVER'",
            [table],
        )
        columns = [name for (name,) in cursor.fetchall()]
    values = ", ".join(changes.get(name, name) for name in columns)
    names = ", ".join(columns)
    run(f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} WHERE {where}")


# How far things have come when the attack begins.


def signed(town: Town) -> Claim:
    """The second class's claim, signed."""
    claim = Claim.objects.select_related("training_class__plan").get(pk=town.shops[1].claim_id)
    return sign_claim(town.supervisor, claim, on=FIRST_DAY)


def released(town: Town) -> PaymentOrder:
    """The second class's order."""
    claim = release_payment(town.finance, signed(town), on=FIRST_DAY)
    return PaymentOrder.objects.get(claim=claim)


def drafted(town: Town) -> PaymentBatch:
    """A batch with that order."""
    order = released(town)
    account = PayingAccount.objects.get(pk=town.account_id)
    return build_batch(
        town.maker, account, district=DISTRICT, orders=[order.pk], pay_on=FIRST_DAY, on=FIRST_DAY
    )


def frozen(town: Town) -> PaymentBatch:
    """The batch, signed."""
    batch = check_batch(town.checker, drafted(town), on=FIRST_DAY)
    return sign_batch(town.signer, batch, on=FIRST_DAY)


def sent(town: Town) -> tuple[PaymentBatch, FakeBank]:
    """The batch, with the bank, which has paid."""
    batch = send_batch(town.maker, frozen(town), on=FIRST_DAY)
    bank = town.fresh_bank()
    bank.take(make_file(batch))
    bank.settle(batch.number, FIRST_DAY)
    return batch, bank


def first_order(town: Town) -> PaymentOrder:
    return PaymentOrder.objects.get(number=town.order_number)


# Claims and orders.


def claim_an_instalment_twice(town: Town, _owner: Owner) -> None:
    shop = town.shops[2]
    claim = compute_claim(shop.money.clerk, shop.money.training_class, ClaimKind.ADVANCE, on=FIRST_DAY)
    copy_row("claims_claimline", f"id = (SELECT min(id) FROM claims_claimline WHERE claim_id = {claim.pk})")


def second_live_order(town: Town, _owner: Owner) -> None:
    order = first_order(town)
    copy_row(
        "payouts_paymentorder", f"id = {order.pk}", number="number || 'x'", key="key || 'x'",
        attempt="attempt + 1", bank_serial="'another'",
    )  # fmt: skip


def attempt_twice(town: Town, _owner: Owner) -> None:
    order = first_order(town)
    copy_row(
        "payouts_paymentorder", f"id = {order.pk}", number="number || 'x'", key="key || 'x'",
        state="'failed'", failure="'x'", bank_serial="''", paid_on="NULL",
    )  # fmt: skip


def line_in_two_live_orders(town: Town, _owner: Owner) -> None:
    order = first_order(town)
    copy_row(
        "payouts_paymentorder", f"id = {order.pk}", number="number || 'x'", key="key || 'x'",
        attempt="attempt + 1", state="'failed'", failure="'x'", bank_serial="''", paid_on="NULL",
    )  # fmt: skip
    other = PaymentOrder.objects.get(key=f"{order.key}x")
    line = order.lines.order_by("id").first()
    copy_row("payouts_paymentline", f"id = {line.pk}", order_id=str(other.pk))


def serial_for_two_orders(town: Town, _owner: Owner) -> None:
    first, other = first_order(town), released(town)
    run(
        "UPDATE payouts_paymentorder SET state = 'paid', paid_on = %s, bank_serial = %s WHERE id = %s",
        FIRST_DAY, first.bank_serial, other.pk,
    )  # fmt: skip


def paid_over_the_standard(town: Town, _owner: Owner) -> None:
    run(
        "UPDATE claims_entitlement SET due_fen = standard_fen, paid_fen = standard_fen + 1"
        " WHERE enrolment_id = %s",
        town.shops[0].enrolments[0],
    )


def paid_before_the_result(town: Town, _owner: Owner) -> None:
    run(
        "UPDATE claims_entitlement SET paid_fen = advance_fen + 1 WHERE enrolment_id = %s",
        town.shops[0].enrolments[0],
    )


def promised_over_what_is_due(town: Town, _owner: Owner) -> None:
    run(
        "UPDATE claims_entitlement SET due_fen = paid_fen, committed_fen = 1 WHERE enrolment_id = %s",
        town.shops[0].enrolments[0],
    )


def amount_typed_in(town: Town, _owner: Owner) -> None:
    shop = town.shops[2]
    claim = compute_claim(shop.money.clerk, shop.money.training_class, ClaimKind.ADVANCE, on=FIRST_DAY)
    line = ClaimLine.objects.filter(claim=claim).order_by("id").first()
    run("UPDATE claims_claimline SET amount_fen = amount_fen + 1 WHERE id = %s", line.pk)


def release_to_a_changed_account(town: Town, _owner: Owner) -> None:
    claim = signed(town)
    _another_account(town, 1)
    release_payment(town.finance, claim, on=FIRST_DAY)


def sign_in_another_role(town: Town, _owner: Owner) -> None:
    claim = Claim.objects.select_related("training_class__plan").get(pk=town.shops[1].claim_id)
    sign_claim(town.finance, claim, on=FIRST_DAY)


def change_figures(town: Town, _owner: Owner) -> None:
    run(
        "UPDATE claims_claim SET pay_fen = pay_fen + 1, net_fen = net_fen + 1 WHERE id = %s",
        town.shops[1].claim_id,
    )


def change_a_line(town: Town, _owner: Owner) -> None:
    run(
        "UPDATE claims_claimline SET standard_fen = standard_fen + 2 WHERE claim_id = %s",
        town.shops[1].claim_id,
    )


def two_seats(town: Town, _owner: Owner) -> None:
    copy_row(
        "casework_seat",
        f"id = (SELECT min(id) FROM casework_seat WHERE subject_id = {town.shops[1].claim_id}"
        " AND subject_type = 'claims.claim')", seat="'second_signer'",
    )  # fmt: skip


# The books.


def _post(*fens: int) -> None:
    """Post a debit and a credit past what the service itself looks at."""
    place = {"fund": "special_account", "district": DISTRICT}
    legs = [ledger.debit("cash", fens[0], **place), ledger.credit("appropriations", fens[1], **place)]
    with patch("apps.ledger.services.posting.check_legs"):
        ledger.post("attack", FIRST_DAY, "attack", "", legs)


def unbalanced(_town: Town, _owner: Owner) -> None:
    _post(100, 99)


def legs_later(_town: Town, _owner: Owner) -> None:
    _post(100, 100)
    run(
        "INSERT INTO ledger_leg (transaction_id, position, on_date, account_code, fund_code, district_code,"
        " debit_fen, credit_fen, subject_type) SELECT transaction_id, position + 2, on_date, account_code,"
        " fund_code, district_code, debit_fen, credit_fen, subject_type FROM ledger_leg"
        "  WHERE transaction_id = (SELECT max(id) FROM ledger_transaction)"
    )


def _as_owner(sql: str) -> None:
    raw = connect()
    try:
        with raw.cursor() as cursor:
            cursor.execute(sql)
    except psycopg2.Error as error:
        raise DatabaseError(str(error)) from error
    finally:
        raw.close()


def edit_a_leg(_town: Town, _owner: Owner) -> None:
    _as_owner("UPDATE ledger_leg SET debit_fen = debit_fen + 1 WHERE debit_fen > 0")


def remove_a_transaction(_town: Town, _owner: Owner) -> None:
    _as_owner("UPDATE ledger_transaction SET memo = memo || 'x'")


def edit_history(_town: Town, _owner: Owner) -> None:
    _as_owner("UPDATE casework_history SET reason = 'x'")


def write_history(town: Town, _owner: Owner) -> None:
    copy_row(
        "casework_history",
        f"id = (SELECT min(id) FROM casework_history WHERE subject_id = {town.shops[1].claim_id}"
        " AND subject_type = 'claims.claim')",
    )


def _closed(town: Town) -> None:
    month = ON.replace(month=2)
    propose_closing(town.city_finance, month, on=FIRST_DAY)
    close_period(town.city_officer, month, on=FIRST_DAY)


def post_into_a_closed_month(town: Town, _owner: Owner) -> None:
    _closed(town)
    place = {"fund": "special_account", "district": DISTRICT}
    ledger.post(
        "attack", ON.replace(month=2), "attack", "",
        [ledger.debit("cash", 1, **place), ledger.credit("appropriations", 1, **place)],
    )  # fmt: skip


def open_a_closed_month(town: Town, _owner: Owner) -> None:
    _closed(town)
    run(
        "UPDATE ledger_accountingperiod SET state = 'open', proposed_by_id = NULL, proposed_on = NULL,"
        " closed_by_id = NULL, closed_at = NULL"
    )


def reverse_twice(town: Town, _owner: Owner) -> None:
    paid = Transaction.objects.get(key=f"order:{first_order(town).pk}:paid")
    for name in ("one", "two"):
        ledger.reverse(paid, name, FIRST_DAY, "attack")


def _movement(kind: str, fen: str, reservation: str) -> None:
    run(
        "INSERT INTO ledger_budgetmovement (key, position, kind, fund_code, district_code, year, amount_fen,"
        " reservation_key, on_date, document, subject_type)"
        f" SELECT 'attack', 1, '{kind}', fund_code, district_code, year, {fen}, '{reservation}', %s, '', ''"
        "   FROM ledger_budget WHERE fund_code = 'special_account'",
        FIRST_DAY,
    )


def reserve_beyond_the_budget(_town: Town, _owner: Owner) -> None:
    _movement("reserve", "appropriated_fen - reserved_fen - used_fen + 1", "")


def use_beyond_reserved(town: Town, _owner: Owner) -> None:
    signed(town)
    _movement("use", "24000_00 - 12000_00 + 1", f"claim:{town.shops[0].claim_id}")


def refund_beyond_used(town: Town, _owner: Owner) -> None:
    released(town)
    _movement("refund", "12000_00 + 1", f"claim:{town.shops[0].claim_id}")


# Batches, answers, statements.


def order_in_two_batches(town: Town, _owner: Owner) -> None:
    batch = drafted(town)
    with transaction.atomic():
        copy_row(
            "banking_batchentry", f"batch_id = {batch.pk}", position="position + 1",
        )  # fmt: skip


def _another_account(town: Town, shop: int) -> None:
    from apps.enterprises.models import BankAccount

    organisation = town.shops[shop].money.shop.enterprise.organisation
    BankAccount.objects.filter(organisation=organisation, state="confirmed").update(
        state="retired", retired_at=clock.now(), retired_reason="attack"
    )
    enterprises.bank_account(organisation)


def send_to_a_changed_payee(town: Town, _owner: Owner) -> None:
    from apps.casework.acting import acting

    batch = frozen(town)
    _another_account(town, 1)
    with transaction.atomic(), acting(town.maker, "send"):
        PaymentBatch.objects.filter(pk=batch.pk).update(state="sent", sent_on=FIRST_DAY)


def change_a_frozen_batch(town: Town, _owner: Owner) -> None:
    run("UPDATE banking_paymentbatch SET total_fen = total_fen + 1 WHERE id = %s", frozen(town).pk)


def change_an_entry(town: Town, _owner: Owner) -> None:
    run("UPDATE banking_batchentry SET amount_fen = amount_fen + 1 WHERE batch_id = %s", frozen(town).pk)


def batch_of_two_people(town: Town, _owner: Owner) -> None:
    run("UPDATE banking_paymentbatch SET checker_id = maker_id WHERE id = %s", drafted(town).pk)


def _first_file() -> ResultFile:
    return ResultFile.objects.order_by("id").first()


def answer_twice(_town: Town, _owner: Owner) -> None:
    file = _first_file()
    copy_row("banking_resultfile", f"id = {file.pk}", sha256="repeat('0', 64)")
    line = ResultLine.objects.filter(result_file=file).order_by("id").first()
    other = ResultFile.objects.order_by("-id").first()
    copy_row(
        "banking_resultline", f"id = {line.pk}", result_file_id=str(other.pk), bank_serial="'another'",
    )  # fmt: skip


def file_twice(_town: Town, _owner: Owner) -> None:
    copy_row("banking_resultfile", f"id = {_first_file().pk}")


def movement_twice(_town: Town, _owner: Owner) -> None:
    line = StatementLine.objects.order_by("id").first()
    copy_row("banking_statementline", f"id = {line.pk}", row='"row" + 1')


def job_twice(town: Town, _owner: Owner) -> None:
    for _time in range(2):
        Job.objects.create(kind="attack", params={}, unique_key="attack", send_after=clock.now())


def _taken_by(town: Town, batch: PaymentBatch, content: bytes) -> None:
    take_result(town.maker, batch, content, name="回盘.csv", on=FIRST_DAY)


def _checked_again(lines: list[bytes]) -> bytes:
    """A result file of these lines with the check value that its sender would give it."""
    body = b"\r\n".join(lines) + b"\r\n"
    title = "校验码".encode("gb18030")
    return body + title + b"," + hashlib.sha256(body).hexdigest().encode() + b"\r\n"


def altered_file(town: Town, _owner: Owner) -> None:
    """A byte of a name's serial number changes on the way; all else still fits."""
    batch, bank = sent(town)
    content = bank.result(batch.number)
    serial = bank.book.of_batch(batch.number)[0].serial.encode()
    _taken_by(town, batch, content.replace(serial, serial[:-1] + (b"7" if serial[-1:] != b"7" else b"8")))


def wrong_total(town: Town, _owner: Owner) -> None:
    """The closing line says one payment more than the file holds."""
    batch, bank = sent(town)
    lines = bank.result(batch.number).split(b"\r\n")[:-2]
    cells = lines[-1].split(b",")
    cells[1] = str(int(cells[1]) + 1).encode()
    _taken_by(town, batch, _checked_again([*lines[:-1], b",".join(cells)]))


def wrong_amount(town: Town, _owner: Owner) -> None:
    """A line says one fen more than was ordered, and the closing line hides it."""
    batch, bank = sent(town)
    right = bank.result(batch.number).split(b"\r\n")[:-2]
    wrong = bank.result(batch.number, fault="wrong-amount").split(b"\r\n")[:-2]
    _taken_by(town, batch, _checked_again([*wrong[:-1], right[-1]]))


def contradict_an_answer(town: Town, _owner: Owner) -> None:
    """A later file says of a paid order that it failed."""
    batch, bank = sent(town)
    _taken_by(town, batch, bank.result(batch.number))
    order = bank.book.of_batch(batch.number)[0]
    order.state, order.serial, order.paid_on, order.reason = "failed", "", "", "账号已销户"
    _taken_by(town, batch, bank.result(batch.number))


# Many at the same moment.


def _at_once(count: int, action: Callable[[int], Any]) -> list[Any]:
    outcomes: list[Any] = [None] * count
    start = Barrier(count)

    def one(number: int) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            start.wait()
            outcomes[number] = action(number)
        except Exception as error:  # noqa: BLE001 - told in the outcomes
            outcomes[number] = error
        finally:
            connection.close()

    threads = [Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def _one_wins(outcomes: list[Any], *refusals: str) -> None:
    """Raises where exactly one was done and the others were told so in a sentence."""
    done = [outcome for outcome in outcomes if not isinstance(outcome, Exception)]
    clean = [o for o in outcomes if isinstance(o, ShituError) and o.code in refusals]
    if len(done) == 1 and len(clean) == len(outcomes) - 1:
        raise AssertionError("exactly one of many was done")


def sign_at_once(town: Town, _owner: Owner) -> None:
    """The same signature many times at the same moment; several rounds, since the moment must be met."""
    claim = Claim.objects.select_related("training_class__plan").get(pk=town.shops[1].claim_id)
    outcomes = _at_once(MANY, lambda _n: sign_claim(town.supervisor, claim, on=FIRST_DAY))
    _one_wins(outcomes, "wrong_state")


def take_at_once(town: Town, _owner: Owner) -> None:
    """The same file taken in many times at the same moment."""
    batch, bank = sent(town)
    content = bank.result(batch.number)

    def take(_number: int) -> bool:
        return take_result(town.maker, batch, content, name="回盘.csv", on=FIRST_DAY).already

    outcomes = _at_once(MANY, take)
    if sorted(map(str, outcomes)) == ["False", *["True"] * (MANY - 1)]:
        raise AssertionError("exactly one of many was done")


def undo_at_once(town: Town, _owner: Owner) -> None:
    """The same movement said to be a payment sent back, many times at the same moment."""
    from datetime import timedelta

    bank = town.fresh_bank()
    bank.give_back(town.order_number, FIRST_DAY)
    account = PayingAccount.objects.get(pk=town.account_id)
    content = bank.statement(town.account_number, town.stated_to + timedelta(days=1), FIRST_DAY)
    take_statement(town.maker, account, content, name="对账单.csv", on=FIRST_DAY)
    line = StatementLine.objects.filter(statement=BankStatement.objects.latest("id")).get()
    outcomes = _at_once(MANY, lambda _n: match_return(town.finance, line, on=FIRST_DAY))
    _one_wins(outcomes, "matched")


def deliver_at_once(town: Town, _owner: Owner) -> None:
    """The same message delivered to several workers while the job runs."""
    inside: list[int] = []
    overlap: list[int] = []

    def handler(job: Job) -> None:
        import time

        inside.append(job.pk)
        overlap.append(len(inside))
        time.sleep(0.2)
        inside.pop()

    job = Job.objects.create(kind="attack", params={}, state=JobState.QUEUED, send_after=clock.now())
    jobs._handlers["attack"] = handler
    try:
        _at_once(MANY, lambda _n: jobs.run(job.pk))
    finally:
        jobs._handlers.pop("attack")
    if max(overlap) == 1 and len(overlap) == 1:
        raise AssertionError("one worker ran it")

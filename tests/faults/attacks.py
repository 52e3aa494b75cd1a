"""Attacks of their own for guards that stand behind others: each comes straight to its guard.

An attack that is refused raises what refused it; one that comes through returns. Raw SQL runs as the
application's role, unless the attack is the owner's.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import psycopg2
from django.db import DatabaseError, connection, transaction

from apps.accounts.actors import Actor
from apps.banking.fake_bank import FakeBank
from apps.banking.models import (
    PayingAccount,
    PaymentBatch,
)
from apps.banking.services.batch_steps import check_batch, send_batch, sign_batch
from apps.banking.services.build_batch import build_batch
from apps.banking.services.freezing import make_file
from apps.casework.acting import acting
from apps.claims.enums import ClaimKind
from apps.claims.models import Claim, ClaimLine
from apps.claims.services.compute_claim import compute_claim
from apps.claims.services.sign_claim import sign_claim
from apps.core import clock
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


@contextmanager
def acted(actor: Actor, action: str) -> Iterator[None]:
    """A transaction in which somebody acts, past the services."""
    with transaction.atomic(), acting(actor, action):
        yield


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


def another_account(town: Town, shop: int) -> None:
    from apps.enterprises.models import BankAccount

    organisation = town.shops[shop].money.shop.enterprise.organisation
    BankAccount.objects.filter(organisation=organisation, state="confirmed").update(
        state="retired", retired_at=clock.now(), retired_reason="attack"
    )
    enterprises.bank_account(organisation)


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
    another_account(town, 1)
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

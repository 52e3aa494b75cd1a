"""Result files cut off at every byte, and altered ones: refused whole, or exactly what the file says.

What a file says is read a second time here, by a reader of its own. What the system takes is carried out in a
transaction that is rolled back, and held against that reading.
"""

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection, transaction

from apps.banking.fake_bank import FakeBank
from apps.banking.fake_bank.answering import result_file
from apps.banking.fake_bank.book import Order as Asked
from apps.banking.formats.contents import Expected
from apps.banking.formats.profiles import Profile, all_profiles, profile
from apps.banking.formats.refusals import FileRefused
from apps.banking.formats.results import read_result
from apps.banking.models import BatchEntry, PaymentBatch
from apps.banking.services.take_result import take_result
from apps.core.errors import ShituError
from tests.faults import attacks, databases
from tests.faults.altering import fen_of, mutated, read_again
from tests.faults.report import say
from tests.faults.schedule import FIRST_DAY
from tests.faults.simulating import in_processes
from tests.faults.town import Town

LINES = 1000
_OUTCOMES = ("paid", "paid", "paid", "paid", "paid", "failed", "pending")


def judge(template: str, town: Town, asked: argparse.Namespace) -> int:
    """Cut and alter files; returns how many were taken for something that they do not say."""
    from tests.faults.parts import MUTANTS, SHORT

    begun = time.monotonic()
    mutants = SHORT["mutants"] if asked.short else MUTANTS
    step = 97 if asked.short else 1
    part, parts = asked.part
    work: list[tuple] = [("cut", found.key, (part - 1) * step, parts * step) for found in all_profiles()]
    seeds = range(asked.seed, asked.seed + mutants)[part - 1 :: parts]
    work += [
        ("alter", f"{template}_m{place}", seeds[place :: asked.processes]) for place in range(asked.processes)
    ]
    totals: Counter = Counter()
    wrong: list[str] = []

    def one(job: tuple, told: Callable[[Any], None]) -> None:
        if job[0] == "cut":
            told(_cut_everywhere(profile(job[1]), *job[2:]))
            return
        with databases.copied(job[1], template):
            told(_alter(town, job[2]))

    for place in range(0, len(work), asked.processes):
        for counts, findings in in_processes(work[place : place + asked.processes], one):
            totals.update(counts)
            wrong += findings
    say("", *wrong[:20])
    say(
        f"return files: {totals['cut']} cut ones of {LINES} lines in {len(all_profiles())} forms,"
        f" {totals['cut taken']} taken; {totals['altered']} altered ones, {totals['altered taken']} taken as"
        f" what they say; {len(wrong)} wrong, {time.monotonic() - begun:.0f} s"
    )
    return len(wrong)


# Cut off at every byte.


def _cut_everywhere(forms: Profile, first: int, step: int) -> tuple[Counter, list[str]]:
    """Every beginning of a file of 1,000 lines is refused; the whole is taken."""
    number, orders = "ZF20230324-110105-001", _orders(LINES, random.Random(1))  # noqa: S311 - a play, no secret
    content = result_file(forms, number, orders)
    expected = {
        order.number: Expected(order.position, order.payee_name, order.amount_fen) for order in orders
    }
    counts: Counter = Counter()
    wrong = []
    for end in range(first, len(content), step):
        counts["cut"] += 1
        try:
            read_result(forms, content[:end], number=number, expected=expected)
        except FileRefused:
            continue
        except Exception as error:  # noqa: BLE001 - whatever is no refusal is a finding
            wrong.append(f"{forms.key} cut at byte {end}: {type(error).__name__}: {error}")
            continue
        counts["cut taken"] += 1
        wrong.append(f"{forms.key} cut at byte {end} was taken")
    if len(read_result(forms, content, number=number, expected=expected).lines) != LINES:
        wrong.append(f"{forms.key}: the whole file was not taken whole")
    return counts, wrong


def _orders(count: int, dice: random.Random) -> list[Asked]:
    found = []
    for place in range(1, count + 1):
        state = dice.choice(_OUTCOMES)
        found.append(
            Asked(
                number=f"SQ20230324{place:07d}-1",
                batch="",
                position=place,
                payer_account="",
                payee_name=f"北京{dice.choice('永兴华信达')}机械制造有限公司{place}",
                payee_account="",
                amount_fen=dice.randrange(1, 9_999_999),
                state=state,
                serial=f"20230324{place:010d}" if state == "paid" else "",
                paid_on=FIRST_DAY.isoformat() if state == "paid" else "",
                reason="账号户名不符" if state == "failed" else "",
            )
        )
    return found


# Altered.


def _alter(town: Town, seeds: range) -> tuple[Counter, list[str]]:
    batch, bank = many_sent(town)
    counts: Counter = Counter()
    wrong: list[str] = []
    for seed in seeds:
        counts["altered"] += 1
        dice = random.Random(seed)  # noqa: S311 - a play, no secret
        for order in bank.book.of_batch(batch.number):
            order.state = dice.choice(_OUTCOMES)
            order.serial = f"{FIRST_DAY:%Y%m%d}{order.position:010d}" if order.state == "paid" else ""
            order.paid_on = FIRST_DAY.isoformat() if order.state == "paid" else ""
            order.reason = "账号户名不符" if order.state == "failed" else ""
        content = bank.result(batch.number, share=dice.choice((0.2, 0.5, 1.0)))
        altered = mutated(bank.profile, content, dice)
        taken, finding = _take(town, batch, bank.profile, altered)
        counts["altered taken"] += taken
        if finding:
            wrong.append(f"mutant {seed}: {finding}")
    return counts, wrong


def many_sent(town: Town) -> tuple[PaymentBatch, FakeBank]:
    """A batch with the orders of both classes that can be paid, at a bank that has not settled it."""
    from apps.banking.models import PayingAccount
    from apps.banking.services.batch_steps import check_batch, send_batch, sign_batch
    from apps.banking.services.build_batch import build_batch
    from apps.banking.services.freezing import make_file
    from apps.payouts.models import PaymentOrder

    _clone_orders(attacks.released(town), 24)
    orders = list(PaymentOrder.objects.filter(state="released").order_by("id").values_list("pk", flat=True))
    account = PayingAccount.objects.get(pk=town.account_id)
    batch = build_batch(
        town.maker, account, district=attacks.DISTRICT, orders=orders, pay_on=FIRST_DAY, on=FIRST_DAY
    )
    batch = sign_batch(town.signer, check_batch(town.checker, batch, on=FIRST_DAY), on=FIRST_DAY)
    batch = send_batch(town.maker, batch, on=FIRST_DAY)
    bank = town.fresh_bank()
    bank.take(make_file(batch))
    return batch, bank


def _clone_orders(order: Any, count: int) -> None:
    """Copies of a released claim with its order, as scenery."""
    owner = databases.Owner()
    for place in range(1, count + 1):
        claim = _copied(owner, "claims_claim", order.claim_id, number=f"number || 'k{place:02d}'")
        pk = _copied(
            owner, "payouts_paymentorder", order.pk, claim_id=str(claim), number=f"number || 'k{place:02d}'",
            key=f"key || 'k{place:02d}'",
        )  # fmt: skip
        for (part,) in owner.run(f"SELECT id FROM payouts_paymentpart WHERE order_id = {order.pk}"):
            _copied(owner, "payouts_paymentpart", part, order_id=str(pk))
    owner.close()


def _copied(owner: databases.Owner, table: str, pk: int, **changes: str) -> int:
    columns = [
        name
        for (name,) in owner.run(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND table_name = %s AND column_name <> 'id' AND is_generated = 'NEVER'",
            [table],
        )
    ]
    values = ", ".join(changes.get(name, name) for name in columns)
    names = ", ".join(columns)
    statement = f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} WHERE id = {pk} RETURNING id"
    return owner.run(statement)[0][0]


def _take(town: Town, batch: PaymentBatch, forms: Profile, content: bytes) -> tuple[bool, str]:
    """Whether the file was taken, and what is wrong with that; everything is rolled back."""
    with transaction.atomic():
        try:
            with transaction.atomic():
                take_result(town.maker, batch, content, name="回盘.csv", on=FIRST_DAY)
            wrong = "; ".join(_unlike_the_file(batch, forms, content))
            taken = True
        except ShituError as refusal:
            taken, wrong = False, "" if isinstance(refusal, FileRefused) else f"refused as {refusal.code}"
            wrong = wrong or _traces(batch)
        except Exception as error:  # noqa: BLE001 - whatever is no refusal is a finding
            taken, wrong = False, f"{type(error).__name__}: {error}"
        transaction.set_rollback(True)
    return taken, wrong


def _traces(batch: PaymentBatch) -> str:
    left = BatchEntry.objects.filter(batch=batch).exclude(state="waiting").count()
    return f"refused, and {left} payments are answered" if left else ""


def _unlike_the_file(batch: PaymentBatch, forms: Profile, content: bytes) -> Iterator[str]:
    """What was recorded and posted, held against the second reading."""
    end = forms.result.line_end.encode()
    lines = content.removesuffix(end).split(end)
    read = read_again(forms, lines[:-1] if forms.result.check else lines)
    if read is None:
        yield "taken, though it cannot even be told apart into lines"
        return
    said = dict(read)
    if len(said) != len(read):
        yield "an order stands in it twice"
    paid = 0
    for entry in BatchEntry.objects.filter(batch=batch).select_related("order"):
        about = said.get(entry.order_number)
        state = about.outcome if about and about.outcome != "pending" else "waiting"
        if entry.state != state:
            yield f"{entry.order_number} is {entry.state}, and the file says {state}"
        if about and fen_of(about.amount) != entry.amount_fen:
            yield f"{entry.order_number} was taken with the amount {about.amount}"
        if state == "paid" and about:
            paid += entry.amount_fen
            if (entry.bank_serial, f"{entry.paid_on:%Y%m%d}") != (about.serial, about.day):
                yield f"{entry.order_number} has another serial number or day than the file"
        if state == "failed" and about and entry.reason != about.reason:
            yield f"{entry.order_number} has another reason than the file"
    if set(said) - set(BatchEntry.objects.filter(batch=batch).values_list("order_number", flat=True)):
        yield "it names orders of others"
    posted = _posted()
    if posted != paid:
        yield f"{posted} fen were posted, and the file says {paid}"


def _posted() -> int:
    """The cash that left by payments of today's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(leg.credit_fen - leg.debit_fen), 0) FROM ledger_leg AS leg"
            "  JOIN ledger_transaction AS head ON head.id = leg.transaction_id"
            " WHERE leg.account_code = 'cash' AND head.kind = 'payment' AND head.on_date >= %s",
            [FIRST_DAY],
        )
        return cursor.fetchone()[0]

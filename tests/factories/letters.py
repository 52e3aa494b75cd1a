"""Payments that the bank answers in writing."""

from apps.banking.models import BatchEntry, PaymentBatch, WrittenAnswer
from apps.banking.services import answer_in_writing as service
from apps.banking.services.answer_in_writing import Letter
from apps.banking.services.take_result import take_result
from tests.factories import banking
from tests.factories import reconciliation as make
from tests.factories.apprentices import ON

PAID = Letter("paid", "银行函〔2023〕8号", paid_on=ON, bank_serial="LETTER-1")
NOT_PAID = Letter("failed", "银行函〔2023〕9号", reason="收款账户已销户，未付款")
BY_FILE = {"state": "paid", "serial": "FILE-1", "paid_on": ON.isoformat()}


def not_yet(of, order) -> None:
    """The bank has neither made nor refused a payment."""
    order.state, order.serial, order.paid_on = "pending", "", ""
    book = of.bank.book
    book.movements = [moved for moved in book.movements if moved.reference != order.number]


def at_the_bank():
    """A batch of two payments; of the first one the bank's files say that it is in process, for good."""
    found = make.opened(banking.treasury(payments=2))
    batch = banking.sent(found)
    not_yet(found, found.bank.book.of_batch(batch.number)[0])
    take_result(found.maker, batch, found.bank.result(batch.number), name="r.csv", on=make.LATER)
    return found


def batch_of(_of) -> PaymentBatch:
    return PaymentBatch.objects.get()


def waiting(_of) -> BatchEntry:
    return BatchEntry.objects.get(state="waiting")


def entered(of, letter=PAID, *, entry=None, actor=None, upload="") -> WrittenAnswer:
    upload = make.document() if upload == "" else upload
    return service.enter_answer(actor or of.maker, entry or waiting(of), letter, upload=upload, on=make.LATER)


def answered(of, letter=PAID) -> BatchEntry:
    """A letter with both signatures."""
    signed = service.sign_answer(of.checker, entered(of, letter), on=make.LATER)
    return BatchEntry.objects.select_related("order__claim").get(pk=signed.entry_id)


def said(of, order_number, **words) -> bytes:
    """A result file in which the bank says this of one payment."""
    order = of.bank.book.orders[order_number]
    for name, value in words.items():
        setattr(order, name, value)
    return of.bank.result(batch_of(of).number)

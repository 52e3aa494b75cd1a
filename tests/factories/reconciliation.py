"""A treasury whose month was played with the bank, runs of the reconciliation, and corrections."""

import re
from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.banking.models import BankStatement, PaymentBatch
from apps.banking.services.take_result import take_result
from apps.banking.services.take_statement import take_statement
from apps.core import invariants
from apps.core.models import Job
from apps.reconciliation.models import Break, Correction, Run
from apps.reconciliation.services.correct import Wanted, request_correction, sign_correction
from apps.reconciliation.services.reconcile import RUN, reconcile
from tests.factories import accounts, banking
from tests.factories.apprentices import ON
from tests.factories.banking import Treasury
from tests.ground import stands

MONEY = re.compile(r"I(1|3|4|5|6|7|8|9|10)[a-z]*")
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
# The day after everything happened; working days enough for every grace.
LATER = ON + timedelta(days=3)
MUCH_LATER = ON + timedelta(days=20)


@stands
def opened(of: Treasury) -> Treasury:
    """The bank has what the budgets say: the appropriations came in under the name of their document."""
    number = of.account.account_number
    of.bank.open_account(number, of.account.account_name, 0)
    for _fund in range(2):
        of.bank.receive(number, 10_000_000_00, ON, payer="市财政局", reference="拨款 京财社〔2023〕1号")
    return of


@stands
def paid(of: Treasury) -> PaymentBatch:
    """A batch that the bank paid and whose result was taken in."""
    batch = banking.sent(of)
    take_result(of.maker, batch, of.bank.result(batch.number), name="r.csv", on=LATER)
    return batch


def stated(of: Treasury, since: date = ON, until: date = LATER, on: date | None = None) -> BankStatement:
    """The statement of some days, taken in."""
    content = of.bank.statement(of.account.account_number, since, until)
    return take_statement(of.maker, of.account, content, name="s.csv", on=on or until).statement


def run(on: date = MUCH_LATER) -> Run:
    """A run of the reconciliation on a day."""
    job = Job.objects.create(kind=RUN, state="running", params={}, send_after="2023-01-01T00:00:00Z")
    return reconcile(job, on=on)


def standing() -> dict[str, Break]:
    """The open differences by kind; the last of each."""
    return {row.kind: row for row in Break.objects.filter(state="open").order_by("id")}


def broken() -> list[tuple[str, list[dict[str, Any]]]]:
    """The invariants of money that do not hold, with their rows."""
    numbers = [row.number for row in invariants.registered() if MONEY.fullmatch(row.number)]
    return [(row.invariant.number, row.sample) for row in invariants.audit(numbers) if not row.holds]


def document() -> SimpleUploadedFile:
    """A paper that explains something."""
    return SimpleUploadedFile("说明.pdf", PDF, content_type="application/pdf")


def requested(
    actor: Actor, difference: Break, kind: str, *, on: date = MUCH_LATER, **more: Any
) -> Correction:
    """A correction that waits for its second signature."""
    wanted = Wanted(kind=kind, document="情况说明〔2023〕1号", explanation="银行已书面确认", **more)
    return request_correction(actor, difference, wanted, upload=document(), on=on)


def corrected(
    of: Treasury, difference: Break, kind: str, *, on: date = MUCH_LATER, **more: Any
) -> Correction:
    """A correction that a second person signed."""
    return sign_correction(of.checker, requested(of.maker, difference, kind, on=on, **more), on=on)


def outsider(role: Role = Role.FINANCE_OFFICER) -> Actor:
    """Somebody of another district."""
    return accounts.actor(role, district=accounts.district("110108"))

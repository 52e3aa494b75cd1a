"""Reading batches: what can be paid, what changed, what failed, what a statement left open."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Concat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.actors import Actor
from apps.banking.enums import AnswerState, EntryState
from apps.banking.formats.carrying import problems_of
from apps.banking.formats.contents import Payment
from apps.banking.formats.profiles import Profile, profile
from apps.banking.models import BatchEntry, PayingAccount, PaymentBatch, StatementLine, WrittenAnswer
from apps.claims.models import Claim
from apps.core.errors import Problem
from apps.core.money import yuan
from apps.enterprises.models import BankAccount
from apps.payouts.enums import OrderState
from apps.payouts.models import PaymentOrder, PaymentPart, Recovery, RecoveryReceipt

# Our own numbers in what people write: letters, digits and hyphens.
NUMBER = r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*"
_NUMBER = re.compile(NUMBER)
# What the payee reads on its own statement: the banks' files are in Chinese.
PURPOSE = "企业新型学徒制培训补贴"


# What is asked of an order before it goes into a batch: for thousands, read without their rows.
OF_CANDIDATE = (
    "pk",
    "number",
    "account_name",
    "account_number",
    "bank_name",
    "payee_fingerprint",
    "amount_fen",
    "current",
    "approved",
    "bank_code",
    "shown_before",
)


@dataclass(frozen=True)
class Candidate:
    """A released order (or `OF_CANDIDATE` of it) and what keeps it out of a batch, if anything."""

    order: Any
    bank_code: str
    problems: tuple[Problem, ...]


def _current_account(field: str, enterprise: str) -> Subquery:
    """A field of the account into which an enterprise has its money paid today."""
    accounts = BankAccount.objects.filter(organisation_id=OuterRef(enterprise), state="confirmed")
    return Subquery(accounts.values(field)[:1])


def _earlier_shown() -> Exists:
    """Whether a movement that nobody explained yet names an earlier attempt and has its amount."""
    earlier = Concat(OuterRef("claim__number"), Value("-"))
    return Exists(
        StatementLine.objects.filter(
            match=None, against=False, amount_fen=-OuterRef("amount_fen"), reference__contains=earlier
        )
    )


def open_orders(actor: Actor, account: PayingAccount, district: str) -> QuerySet[PaymentOrder]:
    """Released orders of a district that are in no batch and come out of the funds that the account pays."""
    rows = (
        PaymentOrder.objects.visible_to(actor)
        .filter(state=OrderState.RELEASED, district_id=district)
        .filter(~Exists(BatchEntry.objects.filter(order=OuterRef("pk"), live=True)))
        .annotate(
            current=_current_account("fingerprint", "enterprise_id"),
            approved=F("claim__payee_fingerprint"),
            shown_before=Case(When(attempt__gt=1, then=_earlier_shown()), default=Value(False)),
            bank_code=_current_account("bank_code", "enterprise_id"),
        )
        .order_by("id")
    )
    if account.fund_id:
        others = PaymentPart.objects.filter(order=OuterRef("pk")).exclude(fund=account.fund_id)
        rows = rows.filter(~Exists(others))
    return rows


def candidates(account: PayingAccount, orders: Iterable[Any]) -> list[Candidate]:
    """Orders of `open_orders`, or `OF_CANDIDATE` of them, and why each could not be paid from the account."""
    forms = profile(account.profile_key)
    return [_candidate(forms, order) for order in orders]


def _candidate(forms: Profile, order: Any) -> Candidate:
    bank_code = order.bank_code or ""
    problems = []
    if not order.current == order.approved == order.payee_fingerprint:
        message = _(
            "The account is not the one that was approved any more: the release is void. Open the claim,"
            " record that the payment failed, and have the new account signed there."
        )
        problems.append(Problem("payee_changed", message))
    if order.shown_before:
        message = _(
            "A movement of a statement names an earlier attempt of this payment: the bank made it after all,"
            " it seems. Do not pay it twice: record the payment with that movement’s serial number, or"
            " explain the movement first."
        )
        problems.append(Problem("shown_before", message))
    payment = Payment(
        position=1,
        order_number=order.number,
        payee_name=order.account_name,
        payee_account=order.account_number,
        payee_bank=order.bank_name,
        payee_bank_code=bank_code,
        amount_fen=order.amount_fen,
        purpose=PURPOSE,
    )
    problems += problems_of(forms, payment)
    return Candidate(order, bank_code, tuple(problems))


def changed_payees(batch: PaymentBatch) -> QuerySet[BatchEntry]:
    """The entries whose payee is not, or no longer, the one that was approved."""
    approved = Q(
        order__state=OrderState.RELEASED,
        order__payee_fingerprint=F("payee_fingerprint"),
        order__claim__payee_fingerprint=F("payee_fingerprint"),
        order__amount_fen=F("amount_fen"),
        order__claim__net_fen=F("amount_fen") + F("order__offset_fen"),
        current=F("payee_fingerprint"),
    )
    return (
        batch.entries.filter(live=True)
        .annotate(current=_current_account("fingerprint", "order__enterprise_id"))
        .exclude(approved)
        .order_by("position")
    )


def standing_letters(batch: PaymentBatch) -> dict[int, WrittenAnswer]:
    """What the bank answered in writing of payments of a batch, signed or under way, by their key."""
    over = (AnswerState.REFUSED, AnswerState.WITHDRAWN)
    rows = WrittenAnswer.objects.filter(entry__batch=batch).exclude(state__in=over)
    return {letter.entry_id: letter for letter in rows}


def failed_payments(actor: Actor) -> QuerySet[PaymentOrder]:
    """Orders that failed and whose money has not been released anew: what waits for a correction."""
    return (
        PaymentOrder.objects.visible_to(actor)
        .came_to_nothing()
        .annotate(current=_current_account("fingerprint", "enterprise_id"))
        .select_related("claim", "enterprise__organisation", "district")
        .order_by("-id")
    )


def numbers_in(text: str) -> list[str]:
    """Everything in a reference that could be a number of ours, also in small or full-width letters."""
    return _NUMBER.findall(unicodedata.normalize("NFKC", text).upper())


def unmatched_lines(actor: Actor) -> QuerySet[StatementLine]:
    """Movements that nothing explains yet, the oldest first."""
    return (
        StatementLine.objects.filter(
            paying_account__in=PayingAccount.objects.visible_to(actor), match__isnull=True
        )
        .select_related("statement", "paying_account")
        .order_by("booked_on", "id")
    )


def batch_entry_of(claim: Claim) -> BatchEntry | None:
    """The entry in which a claim's order waits for the bank's answer."""
    return (
        BatchEntry.objects.filter(order__claim=claim, live=True, state=EntryState.WAITING)
        .select_related("batch")
        .first()
    )


@dataclass(frozen=True)
class Hint:
    """What an open movement seems to be; `sent_back`: a payment that came back; `notice`: which it names."""

    sentence: str
    sent_back: bool = False
    notice: str = ""


def hints(lines: Iterable[StatementLine]) -> dict[int, Hint]:
    """What movements that nothing explains seem to be, by their key (five queries in all)."""
    listed = list(lines)
    named = {line.pk: numbers_in(line.reference) for line in listed}
    numbers = {number for found in named.values() for number in found}
    orders = {row.number: row for row in PaymentOrder.objects.filter(number__in=numbers)}
    notices = {row.number: row for row in Recovery.objects.filter(number__in=numbers)}
    batches = {row.number: row for row in _batches_unseen(numbers)}
    by_hand = _recorded_by_hand(listed)
    found = {
        line.pk: by_hand.get(line.pk)
        or _hint(line, named[line.pk], orders, notices)
        or _hint_of_batch(line, named[line.pk], batches)
        for line in listed
    }
    return {pk: hint for pk, hint in found.items() if hint is not None}


def _recorded_by_hand(lines: list[StatementLine]) -> dict[int, Hint]:
    """Movements whose own serial number and amount somebody recorded: the reconciliation matches them."""
    serials = {line.bank_serial for line in lines}
    paid = PaymentOrder.objects.filter(bank_serial__in=serials, state=OrderState.PAID)
    paid = paid.exclude(entries__live=True)
    receipts = RecoveryReceipt.objects.filter(bank_serial__in=serials, undone=None, match=None)
    known = {(row.bank_serial, -row.amount_fen): row.number for row in paid}
    for row in receipts.select_related("recovery"):
        known[row.bank_serial, row.amount_fen] = row.recovery.number
    message = _("It was recorded by hand for %(number)s: the next reconciliation matches it.")
    return {
        line.pk: Hint(message % {"number": known[line.bank_serial, line.amount_fen]})
        for line in lines
        if (line.bank_serial, line.amount_fen) in known and not line.undone_matches.exists()
    }


def _batches_unseen(numbers: Iterable[str]) -> QuerySet[PaymentBatch]:
    """Batches with what may still be a movement of theirs: made and not seen, or not answered yet."""
    live = Q(entries__live=True)
    unseen = live & Q(entries__state=EntryState.PAID, entries__match=None)
    return PaymentBatch.objects.filter(number__in=numbers).annotate(
        unanswered=Count("entries", filter=live & Q(entries__state=EntryState.WAITING)),
        unseen_fen=Coalesce(Sum("entries__amount_fen", filter=unseen), 0),
    )


def _hint_of_batch(line: StatementLine, named: list[str], batches: dict[str, Any]) -> Hint | None:
    """Why a movement that names a batch is not divided into its payments by itself."""
    batch = next((batches[number] for number in named if number in batches), None)
    if batch is None or line.amount_fen > 0:
        return None
    about = {
        "batch": batch.number,
        "count": batch.unanswered,
        "made": yuan(batch.unseen_fen),
        "rest": yuan(abs(batch.unseen_fen + line.amount_fen)),
    }
    if batch.unanswered:
        message = ngettext(
            "It names batch %(batch)s, of which the bank has not answered %(count)s payment: take in its"
            " result file.",
            "It names batch %(batch)s, of which the bank has not answered %(count)s payments: take in its"
            " result file.",
            batch.unanswered,
        )
    elif batch.paying_account_id != line.paying_account_id:
        message = _("It names batch %(batch)s, which is paid from another account.")
    elif batch.unseen_fen == -line.amount_fen:
        message = _("It names batch %(batch)s, whose payments in no statement come to as much.")
    elif batch.unseen_fen < -line.amount_fen:
        message = _(
            "It names batch %(batch)s, whose payments in no statement come to %(made)s yuan: %(rest)s yuan"
            " less. Ask the bank what the rest is, and divide the movement."
        )
    else:
        message = _(
            "It names batch %(batch)s, whose payments in no statement come to %(made)s yuan: %(rest)s yuan"
            " more. Ask the bank which of them it is, and divide the movement."
        )
    return Hint(message % about)


def _hint(
    line: StatementLine,
    named: list[str],
    orders: dict[str, PaymentOrder],
    notices: dict[str, Recovery],
) -> Hint | None:
    order = next((orders[number] for number in named if number in orders), None)
    notice = next((notices[number] for number in named if number in notices), None)
    if order is not None:
        about = {"order": order.number, "amount": yuan(order.amount_fen)}
        if line.amount_fen > 0:
            return _hint_of_money_back(line, order)
        if -line.amount_fen != order.amount_fen:
            return Hint(_("It names %(order)s, which is for %(amount)s yuan.") % about)
        if order.state == OrderState.FAILED:
            message = _(
                "It names %(order)s, which the bank called failed. Have the bank confirm in writing; if it"
                " paid, release the claim again and record the payment by hand with this serial number."
            )
            return Hint(message % about)
        if order.state == OrderState.PAID:
            message = _(
                "It names %(order)s, which counts as paid already. If another movement shows that payment,"
                " the bank paid twice: take this one to suspense and have the money come back."
            )
            return Hint(message % about)
        return Hint(_("It is the payment %(order)s: take in the bank's result file of its batch.") % about)
    return _hint_of_notice(line, notice) if notice is not None else None


def _hint_of_money_back(line: StatementLine, order: PaymentOrder) -> Hint:
    """What money that came in with the number of a payment seems to be, and what there is to do."""
    about = {"order": order.number, "amount": yuan(order.amount_fen)}
    if line.amount_fen < order.amount_fen:
        message = _(
            "It names %(order)s, which is for %(amount)s yuan. Ask the bank: came all of it back less a"
            " charge, divide the movement into both; came only a part back, take it to suspense."
        )
    elif line.amount_fen > order.amount_fen:
        message = _(
            "It names %(order)s, which is for %(amount)s yuan. Ask the bank what the rest is, and divide the"
            " movement into both."
        )
    elif order.state == OrderState.PAID:
        sentence = _("It seems that the bank sent the payment %(order)s back.") % about
        return Hint(sentence, sent_back=True)
    elif order.state == OrderState.RETURNED:
        message = _(
            "It names %(order)s, which was recorded as sent back already. If no other movement shows that,"
            " say in the reconciliation that it is this posting; what came back twice is taken to suspense"
            " and paid back."
        )
    elif order.state == OrderState.FAILED:
        message = _(
            "It names %(order)s, which the bank called failed. Where another movement shows that its money"
            " left the account, take that one to suspense, and this one pays it back."
        )
    else:
        message = _(
            "It names %(order)s, whose batch the bank has not answered: take in its result file first."
        )
    return Hint(message % about)


def _hint_of_notice(line: StatementLine, notice: Recovery) -> Hint:
    """How money fits the notice that it names; more than is wanted is not received for it."""
    about = {
        "notice": notice.number,
        "open": yuan(notice.open_fen),
        "wanted": yuan(notice.wanted_fen),
        "rest": yuan(line.amount_fen - notice.wanted_fen),
    }
    if line.amount_fen > 0 and not notice.wanted_fen:
        message = _(
            "It names notice %(notice)s, which is repaid already: ask the payer what it is. What was paid"
            " twice is taken to suspense and paid back."
        )
        return Hint(message % about)
    if line.amount_fen > notice.wanted_fen:
        message = _(
            "It names notice %(notice)s, on which %(wanted)s yuan are still to be repaid: %(rest)s yuan less."
            " Divide the movement into what is owed and the rest."
        )
        return Hint(message % about)
    if line.amount_fen > 0 and not notice.open_fen:
        message = _(
            "It names notice %(notice)s, of which %(wanted)s yuan were written off: the money is received"
            " for it all the same."
        )
        return Hint(message % about, notice=notice.number)
    sentence = _("It names notice %(notice)s, on which %(open)s yuan are still open.") % about
    return Hint(sentence, notice=notice.number)

"""What the parts of a movement could be, for whoever divides it; nothing here decides anything."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.banking.enums import EntryState
from apps.banking.models import BatchEntry, StatementLine
from apps.banking.selectors import numbers_in
from apps.core.money import yuan
from apps.payouts.enums import OrderState
from apps.payouts.models import PaymentOrder, Recovery

SHOWN_MAX = 50


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A part as it could be (fen, below zero: out): what it is, and why it is thought of.

    A payment that the reference names is `whole`: the bank sent it back, or made it, with its amount.
    """

    amount_fen: int
    about: str
    sentence: str
    whole: bool = False


def suggestions(actor: Actor, line: StatementLine) -> list[Suggestion]:
    """Payments and notices that the reference names, payments of the batch that it names, the payer's others.

    Only what the actor may see; what is named comes first.
    """
    found = [*_orders(actor, line), *_batches(actor, line), *_notices(actor, line)]
    return found[:SHOWN_MAX]


def filled_in(line: StatementLine, found: Sequence[Suggestion]) -> list[tuple[int, str]]:
    """Rows of a division to begin with: what was found, and what is left over, so that they make the sum."""
    rows: list[tuple[int, str]] = []
    rest = line.amount_fen
    for one in found:
        fen = one.amount_fen
        if not one.whole:
            left = (rest > 0) == (line.amount_fen > 0) and rest != 0
            fen = min(fen, rest) if line.amount_fen > 0 else max(fen, rest)
            if not left:
                continue
        rows.append((fen, one.about))
        rest -= fen
    if rows and rest:
        against = (rest > 0) != (line.amount_fen > 0)
        rows.append((rest, _("Charge of the bank") if against else _("Rest")))
    return rows


def _orders(actor: Actor, line: StatementLine) -> Iterator[Suggestion]:
    rows = PaymentOrder.objects.visible_to(actor).filter(
        number__in=numbers_in(line.reference), state=OrderState.PAID
    )
    side = 1 if line.amount_fen > 0 else -1
    for order in rows.order_by("id"):
        about = {"payee": order.account_name, "amount": yuan(order.amount_fen)}
        sentence = _("A payment to %(payee)s over %(amount)s yuan that was made.") % about
        yield Suggestion(side * order.amount_fen, order.number, sentence, whole=True)


def _batches(actor: Actor, line: StatementLine) -> Iterator[Suggestion]:
    """Out of a batch: what was paid and stands in no statement."""
    if line.amount_fen > 0:
        return
    rows = BatchEntry.objects.filter(
        batch__number__in=numbers_in(line.reference),
        batch__paying_account=line.paying_account_id,
        live=True,
        state=EntryState.PAID,
        match=None,
        order__in=PaymentOrder.objects.visible_to(actor),
    )
    for entry in rows.order_by("batch", "position").select_related("batch")[:SHOWN_MAX]:
        about = {"batch": entry.batch.number, "payee": entry.payee_name}
        sentence = _("Of batch %(batch)s, to %(payee)s.") % about
        yield Suggestion(-entry.amount_fen, entry.order_number, sentence)


def _notices(actor: Actor, line: StatementLine) -> Iterator[Suggestion]:
    if line.amount_fen < 0:
        return
    rows = Recovery.objects.visible_to(actor).select_related("enterprise__organisation").order_by("id")
    named = list(rows.filter(number__in=numbers_in(line.reference)))
    payers = rows.still_open().exclude(pk__in=[row.pk for row in named])
    of_payer = (
        payers.filter(enterprise__organisation__name=line.counterparty_name) if line.counterparty_name else []
    )
    for notice in islice([*named, *of_payer], SHOWN_MAX):
        if notice.wanted_fen > 0:
            about = {"name": notice.enterprise.organisation.name, "open": yuan(notice.wanted_fen)}
            sentence = _("Notice to %(name)s, of which %(open)s yuan are open.") % about
            yield Suggestion(notice.wanted_fen, notice.number, sentence)

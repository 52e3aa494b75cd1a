"""What must stand before a batch goes on: one function per rule, for the page and for the service."""

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.accounts.actors import Actor
from apps.banking.enums import BatchState, EntryState, MatchKind
from apps.banking.formats.carrying import problems_of_file
from apps.banking.formats.profiles import profile
from apps.banking.models import BatchEntry, PaymentBatch, StatementLine
from apps.banking.selectors import changed_payees, numbers_in
from apps.core.errors import Problem
from apps.payouts.enums import OrderState

_PAYEE_CHANGED = gettext_lazy(
    "%(order)s: the account of %(payee)s is not the one that was approved any more. Take the payment"
    " out of the batch: its release is void, and the new account has to be signed first."
)
_PAYEE_CHANGED_SIGNED = gettext_lazy(
    "%(order)s: the account of %(payee)s is not the one that was approved any more. Cancel this batch"
    " and make another one up without it: its release is void, and the new account has to be signed"
    " first."
)


def missing_for_check(batch: PaymentBatch, actor: Actor) -> list[Problem]:
    """Why a batch cannot be handed on for the signature."""
    return [
        *not_yours_alone(batch, actor),
        *account_in_use(batch),
        *has_entries(batch),
        *payees_stand(batch),
        *bank_can_carry(batch),
    ]


def missing_for_signature(batch: PaymentBatch, actor: Actor) -> list[Problem]:
    """Why a batch cannot be signed."""
    return [
        *not_yours_alone(batch, actor),
        *account_in_use(batch),
        *forms_unchanged(batch),
        *has_entries(batch),
        *payees_stand(batch),
        *bank_can_carry(batch),
    ]


def missing_for_sending(batch: PaymentBatch, _actor: Actor) -> list[Problem]:
    """Why a frozen file may not leave any more."""
    return [*account_in_use(batch), *payees_stand(batch)]


def missing_for_taking_back(batch: PaymentBatch, actor: Actor) -> list[Problem]:
    """Why it cannot be said that the bank did not take a file: something of it was answered or paid."""
    return [*not_yours_alone(batch, actor), *nothing_answered(batch), *nothing_moved(batch)]


def nothing_answered(batch: PaymentBatch) -> Iterator[Problem]:
    """No result file was taken in, and no payment was answered in writing."""
    if batch.result_files.exists():
        message = _("The bank has answered this batch with a result file: it has taken the file.")
        yield Problem("answered", message)
    elif batch.entries.filter(live=True).exclude(state=EntryState.WAITING).exists():
        message = _("The bank has answered a payment of this batch in writing: it has taken the file.")
        yield Problem("answered", message)


def nothing_moved(batch: PaymentBatch) -> Iterator[Problem]:
    """No statement shows a payment out of it, nor one of all of them together."""
    numbers = set(batch.entries.filter(live=True).values_list("order_number", flat=True))
    lines = StatementLine.objects.filter(
        Q(match=None) | Q(match__kind=MatchKind.DIVIDED),
        paying_account=batch.paying_account_id,
        amount_fen__lt=0,
        booked_on__gte=batch.frozen_on,
    )
    for line in lines.order_by("booked_on", "id"):
        if batch.number in line.reference or not numbers.isdisjoint(numbers_in(line.reference)):
            message = _(
                "The movement %(serial)s of %(day)s shows a payment of this batch: the bank has paid."
            )
            about = {"serial": line.bank_serial, "day": line.booked_on.isoformat()}
            yield Problem("moved", message % about)
            return


def missing_for_closing(batch: PaymentBatch, _actor: Actor) -> list[Problem]:
    """Why a batch cannot be closed: a payment that the bank's statement does not show.

    One that does not count as made any more, without a movement by which it came back, was never made.
    """
    never_made = Q(order__state=OrderState.RETURNED, order__return_match=None)
    unseen = batch.entries.filter(live=True, state=EntryState.PAID, match=None).exclude(never_made).count()
    if not unseen:
        return []
    message = ngettext(
        "%(count)s payment does not stand in a statement yet. Take in the bank's statement first.",
        "%(count)s payments do not stand in a statement yet. Take in the bank's statement first.",
        unseen,
    )
    return [Problem("not_in_statement", message % {"count": unseen})]


def not_yours_alone(batch: PaymentBatch, actor: Actor) -> Iterator[Problem]:
    """Made up, checked and signed by three people."""
    if actor.person_id is not None and actor.person_id in (batch.maker_id, batch.checker_id):
        message = _("You made this batch up or checked it. Another person must take this step.")
        yield Problem("segregation", message)


def account_in_use(batch: PaymentBatch) -> Iterator[Problem]:
    """Nothing is paid any more from an account that was taken out of use."""
    retired_on = batch.paying_account.retired_on
    if retired_on is not None:
        message = _(
            "The paying account %(account)s is out of use since %(day)s. Cancel this batch and make another"
            " one up from an account that is in use."
        )
        about = {"account": batch.paying_account.masked_number, "day": retired_on.isoformat()}
        yield Problem("account_retired", message % about)


def has_entries(batch: PaymentBatch) -> Iterator[Problem]:
    """A batch has a payment."""
    if not batch.entries.filter(live=True).exists():
        yield Problem("no_entries", _("There is no payment in this batch. Cancel it."))


def payees_stand(batch: PaymentBatch) -> Iterator[Problem]:
    """Each payment goes to the account that was signed for; a change since then voids the release (I8)."""
    for entry in changed_payees(batch):
        message = _PAYEE_CHANGED_SIGNED if batch.state == BatchState.SIGNED else _PAYEE_CHANGED
        yield Problem(
            "payee_changed",
            message % {"order": entry.order_number, "payee": entry.payee_name},
            row=entry.position,
        )


def bank_can_carry(batch: PaymentBatch) -> list[Problem]:
    """The bank's file carries every name as it is."""
    from apps.banking.services.freezing import payment_file_of

    return problems_of_file(profile(batch.profile_key), payment_file_of(batch))


def forms_unchanged(batch: PaymentBatch) -> Iterator[Problem]:
    """The bank's forms are those under which the batch was checked."""
    if profile(batch.profile_key).sha256 != batch.profile_sha256:
        message = _(
            "The bank's file form was changed after the check. Send the batch back and check it again."
        )
        yield Problem("form_changed", message)


def entry_of(batch: PaymentBatch, order_number: str) -> BatchEntry | None:
    """The live entry of an order."""
    return batch.entries.filter(live=True, order_number=order_number).first()

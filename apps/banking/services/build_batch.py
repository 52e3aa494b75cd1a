"""Finance makes a payment batch up out of released orders, and takes payments out of it again."""

from collections.abc import Iterable
from datetime import date

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.banking.enums import BatchState, EntryState
from apps.banking.formats.profiles import profile
from apps.banking.models import BatchEntry, PayingAccount, PaymentBatch
from apps.banking.selectors import OF_CANDIDATE, PURPOSE, Candidate, candidates, changed_payees, open_orders
from apps.banking.sentences import ACCOUNT_CHANGED
from apps.banking.transitions import MAKER
from apps.casework.acting import acting
from apps.casework.engine import Opinion
from apps.casework.models import Seat
from apps.core import failpoints
from apps.core.errors import Conflict, Forbidden, InvalidInput, NotFound, Problem, Refused
from apps.payouts.services.record_payment import record_failure

BATCH_MAX = 20_000
# First half of the advisory lock under which batch numbers are given: "Sb".
_LOCK_SPACE = 0x5362


def build_batch(
    actor: Actor,
    account: PayingAccount,
    *,
    district: str,
    orders: Iterable[int],
    pay_on: date,
    on: date,
) -> PaymentBatch:
    """Make up a batch of these released orders of one district, to be paid from the account on a day.

    Raises `Forbidden` for anybody but finance, `NotFound` for an account of others, `InvalidInput` for no
    order or a day that is over, `Refused` naming every order that cannot be paid and why, `Conflict` when
    an order went into another batch at the same moment.
    """
    _require_finance(actor)
    wanted = sorted(set(orders))
    _require_sound(actor, account, district, wanted, pay_on, on)
    try:
        with transaction.atomic():
            chosen = _choose(actor, account, district, wanted)
            batch = _create(actor, account, district, chosen, pay_on, on)
            failpoints.point("batch.made")
    except IntegrityError as error:
        raise Conflict(
            _("One of these orders went into another batch at the same moment. Reload the page."),
            code="in_other_batch",
        ) from error
    failpoints.point("batch.committed")
    return batch


def take_out(actor: Actor, entry: BatchEntry, *, on: date, reason: str) -> PaymentBatch:
    """Take a payment out of a batch that is being made up.

    The order can go into another batch. Where its payee is not the approved one any more, its release is
    void: it joins the failed payments, and the new account has to be signed before it is released again.
    """
    _require_finance(actor)
    if not reason.strip():
        message = _("Say why the payment is taken out.")
        raise InvalidInput(
            code="reason_required", problems=[Problem("reason_required", message, field="reason")]
        )
    with transaction.atomic():
        batch = lock_batch(actor, entry.batch_id)
        if batch.state != BatchState.DRAFT:
            raise Conflict(
                _("Payments are taken out while the batch is being made up. Have it sent back first."),
                code="wrong_state",
            )
        found = batch.entries.filter(pk=entry.pk, live=True).select_related("order__claim").first()
        if found is None:
            raise NotFound(_("This payment is not in the batch any more."), code="no_such_entry")
        void = changed_payees(batch).filter(pk=found.pk).exists()
        BatchEntry.objects.filter(pk=found.pk).update(live=False)
        PaymentBatch.objects.filter(pk=batch.pk).update(
            count=F("count") - 1, total_fen=F("total_fen") - found.amount_fen, version=F("version") + 1
        )
        if void and found.order.state == "released":
            why = ACCOUNT_CHANGED.say(reason=reason.strip()[:200])
            record_failure(actor, found.order.claim, on=on, opinion=Opinion(reason=why), by_bank=True)
    batch.refresh_from_db()
    return batch


def lock_batch(actor: Actor, pk: int) -> PaymentBatch:
    """The batch under a row lock. Raises `NotFound` when the actor may not see it."""
    found = PaymentBatch.objects.visible_to(actor).filter(pk=pk).select_for_update(of=("self",)).first()
    if found is None:
        raise NotFound(_("There is no such file, or it is not yours."), code="no_such_case")
    return found


def _require_finance(actor: Actor) -> None:
    if actor.role != Role.FINANCE_OFFICER:
        raise Forbidden(_("Your role cannot take this step."), code="not_your_step")


def _person(actor: Actor) -> int:
    """Who sits in the chair of the maker: a person, never a program by itself."""
    if actor.person_id is None:
        raise Forbidden(_("Your role cannot take this step."), code="not_your_step")
    return actor.person_id


def _require_sound(
    actor: Actor, account: PayingAccount, district: str, wanted: list[int], pay_on: date, on: date
) -> None:
    mine = PayingAccount.objects.visible_to(actor).filter(pk=account.pk, retired_on=None)
    if not mine.exists() or (account.district_id and account.district_id != district):
        raise NotFound(
            _("There is no such account, or it does not pay for this district."), code="no_account"
        )
    if not mine.in_use().exists():
        message = _("This account waits for its second signature. Another person gives it first.")
        raise Refused(message, code="account_unsigned")
    if actor.district_code and actor.district_code != district:
        raise NotFound(_("There is no such file, or it is not yours."), code="no_such_case")
    if not wanted:
        raise InvalidInput(_("Choose at least one payment."), code="nothing_chosen")
    if len(wanted) > BATCH_MAX:
        message = _("A batch takes %(limit)s payments. Make two of them.") % {"limit": BATCH_MAX}
        raise InvalidInput(message, code="too_many")
    if pay_on < on:
        problem = Problem("pay_on", _("The day of payment is not in the past."), field="pay_on")
        raise InvalidInput(code="pay_on", problems=[problem])


def _choose(actor: Actor, account: PayingAccount, district: str, wanted: list[int]) -> list[Candidate]:
    """The orders under their lock, each with nothing that keeps it out."""
    rows = (
        open_orders(actor, account, district)
        .filter(pk__any_of=wanted)
        .select_for_update(of=("self",))
        .values_list(*OF_CANDIDATE, named=True)
    )
    found = candidates(account, rows)
    problems = [
        Problem(problem.code, f"{candidate.order.number}: {problem.message}")
        for candidate in found
        for problem in candidate.problems
    ]
    missing = len(wanted) - len(found)
    if missing:
        message = _("%(count)s of the chosen orders are not released any more, or are in another batch.")
        problems.append(Problem("not_open", message % {"count": missing}))
    if problems:
        raise Refused(
            _("These payments cannot go into the batch. Leave them out; the reasons are listed."),
            code="not_payable",
            problems=problems[:100],
        )
    return found


def _create(
    actor: Actor,
    account: PayingAccount,
    district: str,
    chosen: list[Candidate],
    pay_on: date,
    on: date,
) -> PaymentBatch:
    forms = profile(account.profile_key)
    with acting(actor, "create"):
        batch = PaymentBatch.objects.create(
            number=_next_number(district, on),
            district_id=district,
            paying_account=account,
            profile_key=forms.key,
            profile_sha256=forms.sha256,
            payer_name=account.account_name,
            payer_account=account.account_number,
            payer_bank=account.bank_name,
            payer_bank_code=account.bank_code,
            pay_on=pay_on,
            count=len(chosen),
            total_fen=sum(candidate.order.amount_fen for candidate in chosen),
            made_by_id=actor.account_id,
            maker_id=_person(actor),
        )
    label, pk = batch.subject
    Seat.objects.create(subject_type=label, subject_id=pk, person_id=_person(actor), seat=MAKER)
    with connection.cursor() as cursor:
        cursor.execute(
            _ENTER,
            {
                "batch": batch.pk,
                "orders": [candidate.order.pk for candidate in chosen],
                "codes": [candidate.bank_code for candidate in chosen],
                "purpose": PURPOSE,
                "waiting": EntryState.WAITING.value,
            },
        )
    return batch


# Twenty thousand entries as objects take longer than the database takes to copy them from their orders.
_ENTER = """
INSERT INTO public.banking_batchentry
       (batch_id, order_id, position, order_number, payee_name, payee_bank, payee_bank_code,
        payee_fingerprint, amount_fen, purpose, live, state, bank_serial, reason)
SELECT %(batch)s, payment.id, given.position, payment.number, payment.account_name, payment.bank_name,
       given.code, payment.payee_fingerprint, payment.amount_fen, %(purpose)s, true, %(waiting)s, '', ''
  FROM unnest(%(orders)s::bigint[], %(codes)s::text[]) WITH ORDINALITY AS given (id, code, position)
  JOIN public.payouts_paymentorder AS payment ON payment.id = given.id
 ORDER BY given.position
"""


def _next_number(district: str, on: date) -> str:
    """The next number of a district and day; the lock of the day ends with the transaction."""
    prefix = f"ZF{on:%Y%m%d}-{district}-"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK_SPACE, prefix])
    return f"{prefix}{PaymentBatch.objects.filter(number__startswith=prefix).count() + 1:03d}"

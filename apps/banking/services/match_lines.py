"""Movements of a statement find their payment or their recovery; what finds nothing stays listed."""

from datetime import date

from django.db import connection, transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.banking.enums import MatchKind
from apps.banking.models import PayingAccount, StatementLine, StatementMatch
from apps.banking.parts import out_of_order
from apps.banking.selectors import NUMBER, numbers_in
from apps.banking.sentences import SENT_BACK
from apps.banking.services.batch_sums import divide_batch_sums
from apps.casework.engine import Opinion
from apps.core import failpoints, rls
from apps.core.errors import Conflict, Forbidden, NotFound, Refused, ShituError
from apps.ledger.periods import posting_day
from apps.payouts.enums import OrderState
from apps.payouts.models import PaymentOrder, Recovery, RecoveryReceipt
from apps.payouts.services.receive_recovery import receive_recovery
from apps.payouts.services.record_return import record_return

# What is open on both sides, each written out and counted: a plan made by what the tables held before would
# look through all payments for each movement of a file that was just taken in, and never end.
_LAY_OUT = """
DROP TABLE IF EXISTS pg_temp.banking_made, pg_temp.banking_out, pg_temp.banking_unlike;
CREATE TEMPORARY TABLE banking_made ON COMMIT DROP AS
SELECT entry.id, entry.bank_serial, entry.order_number, entry.amount_fen
  FROM public.banking_batchentry AS entry
  JOIN public.banking_paymentbatch AS batch ON batch.id = entry.batch_id
 WHERE batch.paying_account_id = %(account)s AND entry.live AND entry.state = 'paid'
   AND NOT EXISTS (SELECT FROM public.banking_statementmatch AS m WHERE m.entry_id = entry.id);
CREATE TEMPORARY TABLE banking_out ON COMMIT DROP AS
SELECT line.id, line.bank_serial, -line.amount_fen AS amount_fen, line.reference
  FROM public.banking_statementline AS line
 WHERE line.paying_account_id = %(account)s AND line.amount_fen < 0 AND NOT line.against
   AND NOT EXISTS (SELECT FROM public.banking_statementmatch AS m WHERE m.line_id = line.id)
   AND (line.division_id IS NULL
        OR NOT EXISTS (SELECT FROM public.banking_statementline AS a
                        WHERE a.division_id = line.division_id AND a.against
                          AND NOT EXISTS (SELECT FROM public.banking_statementmatch AS m
                                           WHERE m.line_id = a.id)));
CREATE TEMPORARY TABLE banking_unlike ON COMMIT DROP AS
SELECT undone.line_id, undone.entry_id
  FROM public.banking_undonematch AS undone
 WHERE undone.entry_id IS NOT NULL;
ANALYZE pg_temp.banking_made, pg_temp.banking_out, pg_temp.banking_unlike;
"""
# A movement out is the payment that has its serial number; without such, the one payment that its reference
# names. The amount is the same, and a payment is one movement: the first of those that could be it. Never the
# one of which a person said that it is not this payment.
_MATCH_PAYMENTS = r"""
WITH out AS MATERIALIZED (
    SELECT out.id, out.amount_fen, out.reference, made.id AS entry_id, made.amount_fen AS made_fen
      FROM pg_temp.banking_out AS out
      LEFT JOIN pg_temp.banking_made AS made ON made.bank_serial = out.bank_serial
), named AS (
    SELECT out.id, out.amount_fen, min(made.id) AS entry_id, min(made.amount_fen) AS made_fen
      FROM out CROSS JOIN LATERAL regexp_matches(out.reference, '{pattern}', 'g') AS named (texts)
      JOIN pg_temp.banking_made AS made ON made.order_number = texts[1]
     WHERE out.entry_id IS NULL
     GROUP BY out.id, out.amount_fen HAVING count(*) = 1
), found AS (
    SELECT id, entry_id FROM out WHERE made_fen = amount_fen
    UNION ALL
    SELECT id, entry_id FROM named WHERE made_fen = amount_fen
)
INSERT INTO public.banking_statementmatch (line_id, kind, entry_id, rule, matched_by_id, matched_at)
SELECT min(id), 'payment', entry_id, '', %(by)s, now()
  FROM found
 WHERE (id, entry_id) NOT IN (SELECT line_id, entry_id FROM pg_temp.banking_unlike)
 GROUP BY entry_id
""".replace("{pattern}", NUMBER)
# Money in whose reference names one notice; that it is taken is looked at one by one. Where that was undone
# once, a person says what it is: the name misled. What is said of a part is a person's word, not the bank's.
# Payers type the number by hand: in small or full-width letters it is the same.
_NAMING_ONE_NOTICE = r"""
SELECT line.id
  FROM public.banking_statementline AS line
 CROSS JOIN LATERAL regexp_matches(upper(normalize(line.reference, NFKC)), '{pattern}', 'g') AS named (texts)
  JOIN public.payouts_recovery AS recovery ON recovery.number = texts[1]
 WHERE line.paying_account_id = %(account)s AND line.amount_fen > 0 AND line.division_id IS NULL
   AND NOT EXISTS (SELECT FROM public.banking_statementmatch AS m WHERE m.line_id = line.id)
   AND NOT EXISTS (SELECT FROM public.banking_undonematch AS u
                    WHERE u.line_id = line.id AND u.kind = 'receipt')
 GROUP BY line.id
""".replace("{pattern}", NUMBER)


def match_open_lines(actor: Actor, account_id: int, *, on: date) -> int:
    """Match every open movement of an account that names what it is; returns how many were matched.

    A payment is matched by the bank's serial number or our order number, with the same amount, once the
    bank's result said that it was made, and a batch that the bank booked as one sum is divided into its
    payments. Money that names a recovery notice is received for it.
    """
    found, out = _match_payments(actor, account_id)
    # To look for batches among a hundred thousand payments takes as long as a tenth of all.
    if found < out:
        found += divide_batch_sums(account_id)
    with connection.cursor() as cursor:
        cursor.execute(_NAMING_ONE_NOTICE, {"account": account_id})
        naming = [pk for (pk,) in cursor.fetchall()]
    for line in StatementLine.objects.filter(pk__in=naming).order_by("id"):
        found += _match_receipt_named(actor, line, on) is not None
    return found


def match_payments(actor: Actor, account_id: int) -> int:
    """Match the open movements, and parts of movements, that are payments of a batch; returns how many."""
    return _match_payments(actor, account_id)[0]


def _match_payments(actor: Actor, account_id: int) -> tuple[int, int]:
    """How many were matched, and of how many open movements out."""
    with connection.cursor() as cursor:
        cursor.execute(_LAY_OUT, {"account": account_id})
        # What is joined was laid out within what the actor may see; asked again for each match whether its
        # movement is shown, a hundred thousand take a quarter of a second.
        with rls.whole_city():
            cursor.execute(_MATCH_PAYMENTS, {"by": actor.account_id})
        found: int = cursor.rowcount
        cursor.execute("SELECT count(*) FROM pg_temp.banking_out")
        out: int = cursor.fetchone()[0]
    return found, out


def match_recovery(actor: Actor, line: StatementLine, recovery: Recovery, *, on: date) -> StatementMatch:
    """Say by hand that a movement is money for a recovery notice; it is received and posted.

    Raises `Forbidden` for anybody but finance, `NotFound` for a movement or notice of others, `Conflict`
    for one that is matched already, `Refused` for a part that another one has to go before, and what
    `receive_recovery` raises.
    """
    with transaction.atomic():
        locked = lock_open(actor, line)
        require_in_order(locked)
        if locked.amount_fen <= 0:
            raise Refused(_("Money went out with this movement: it is no receipt."), code="not_a_receipt")
        return _receive(actor, locked, recovery, on)


def match_return(actor: Actor, line: StatementLine, *, on: date) -> StatementMatch:
    """Say that a movement is a payment that the bank sent back; its reference names the order.

    The payment is undone (`record_return`) and the claim waits for a new release. Raises what
    `match_recovery` raises, and `Refused` where the reference names no paid order of this amount.
    """
    with transaction.atomic():
        locked = lock_open(actor, line)
        require_in_order(locked)
        order = (
            PaymentOrder.objects.visible_to(actor)
            .filter(
                number__in=numbers_in(locked.reference),
                state=OrderState.PAID,
                amount_fen=locked.amount_fen,
            )
            .select_related("claim")
            .first()
        )
        if order is None:
            message = _("The reference names no payment that was made with this amount.")
            raise Refused(message, code="not_a_return")
        reason = SENT_BACK.say(reference=locked.reference[:200])
        # The books hold what the bank wrote, and no sentence in a language.
        opinion = Opinion(reason=reason, extra={"memo": locked.reference})
        # Where the bank named a later day of payment than its statement shows, it comes back on that.
        returned_on = max(locked.booked_on, order.paid_on or locked.booked_on)
        record_return(actor, order.claim, on=on, returned_on=returned_on, opinion=opinion)
        failpoints.point("match.returned")
        return StatementMatch.objects.create(
            line=locked, kind=MatchKind.RETURN, returned=order, matched_by_id=actor.account_id
        )


def lock_open(actor: Actor, line: StatementLine) -> StatementLine:
    """The movement, not explained yet, with its account held; else `Conflict`, or what `lock_line` raises."""
    locked = lock_line(actor, line)
    if StatementMatch.objects.filter(line=locked).exists():
        raise Conflict(_("This movement is explained already."), code="matched")
    return locked


def lock_line(actor: Actor, line: StatementLine) -> StatementLine:
    """The movement with its account held; `Forbidden` for anybody but finance, `NotFound` for one of others.

    Movements are never changed, so the account is what two people lock who explain one at a time.
    """
    if actor.role != Role.FINANCE_OFFICER:
        raise Forbidden(_("Finance records what comes in."), code="not_your_step")
    account = (
        PayingAccount.objects.visible_to(actor)
        .filter(pk=line.paying_account_id)
        .select_for_update(of=("self",))
        .first()
    )
    locked = StatementLine.objects.filter(pk=line.pk, paying_account=account).first()
    if account is None or locked is None:
        raise NotFound(_("There is no such movement."), code="no_such_line")
    return locked


def require_in_order(line: StatementLine) -> None:
    """Raise `Refused` for a part that a person alone cannot explain, or cannot yet."""
    problems = list(out_of_order(line))
    if problems:
        raise Refused(problems=problems, code="part_order")


def _match_receipt_named(actor: Actor, line: StatementLine, on: date) -> StatementMatch | None:
    """Receive money whose reference names exactly one open notice; anything unclear stays for a person."""
    named = list(Recovery.objects.visible_to(actor).filter(number__in=numbers_in(line.reference))[:2])
    if len(named) != 1:
        return None
    try:
        with transaction.atomic():
            return _receive(actor, line, named[0], on)
    except ShituError:
        return None


def _receive(actor: Actor, line: StatementLine, recovery: Recovery, on: date) -> StatementMatch:
    receipt = RecoveryReceipt.objects.filter(
        bank_serial=line.bank_serial, recovery=recovery, amount_fen=line.amount_fen, match=None, undone=None
    ).first()
    if receipt is None:
        receipt = receive_recovery(
            actor,
            recovery,
            amount_fen=line.amount_fen,
            # Its own day, or the first open one: what was undone in a closed month is received anew.
            received_on=posting_day(line.booked_on, on),
            bank_serial=line.bank_serial,
            key=_key_of(line),
            on=on,
        )
    return StatementMatch.objects.create(
        line=line, kind=MatchKind.RECEIPT, receipt=receipt, matched_by_id=actor.account_id
    )


def _key_of(line: StatementLine) -> str:
    """The key of the receipt: another one after each that was undone."""
    undone = line.undone_matches.filter(kind=MatchKind.RECEIPT).count()
    return f"statement-line:{line.pk}:{undone + 1}" if undone else f"statement-line:{line.pk}"

"""The steps of a batch: check, sign and freeze, send, close; or send back and cancel."""

from datetime import date

from django.db import IntegrityError
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.banking.checks import (
    missing_for_check,
    missing_for_closing,
    missing_for_sending,
    missing_for_signature,
    missing_for_taking_back,
)
from apps.banking.formats.profiles import profile
from apps.banking.models import PaymentBatch
from apps.banking.services.freezing import keep_file, make_file
from apps.banking.transitions import BATCH_TRANSITIONS
from apps.casework.engine import Effect, Guard, Opinion, fire
from apps.core import failpoints
from apps.core.errors import Conflict


def check_batch(
    actor: Actor, batch: PaymentBatch, *, on: date, opinion: Opinion | None = None
) -> PaymentBatch:
    """A second member of finance has looked at every payment. Raises what `fire` raises."""

    def effect(locked: PaymentBatch) -> list[str]:
        locked.checker_id = actor.person_id
        locked.profile_sha256 = profile(locked.profile_key).sha256
        return ["checker", "profile_sha256"]

    return _fire(actor, batch, "check", on, opinion, guard=missing_for_check, effect=effect)


def send_back_batch(
    actor: Actor, batch: PaymentBatch, *, on: date, opinion: Opinion | None = None
) -> PaymentBatch:
    """Back to whoever made it up, with the reason; it is checked anew."""

    def effect(locked: PaymentBatch) -> list[str]:
        locked.checker_id = None
        return ["checker"]

    return _fire(actor, batch, "send_back", on, opinion, effect=effect)


def sign_batch(
    actor: Actor, batch: PaymentBatch, *, on: date, opinion: Opinion | None = None
) -> PaymentBatch:
    """The second signature: the file is made and frozen with its count, total and sha256 (I8, I9).

    Raises `Refused` where a payee is not the approved one any more; the database refuses the same.
    """

    def effect(locked: PaymentBatch) -> list[str]:
        content = make_file(locked)
        locked.file = keep_file(locked, content)
        failpoints.point("batch.file_kept")
        locked.file_sha256 = locked.file.sha256
        locked.signer_id = actor.person_id
        locked.frozen_on = on
        return ["file", "file_sha256", "signer", "frozen_on"]

    return _fire(actor, batch, "sign", on, opinion, guard=missing_for_signature, effect=effect)


def send_batch(
    actor: Actor, batch: PaymentBatch, *, on: date, opinion: Opinion | None = None
) -> PaymentBatch:
    """The frozen file was handed to the bank. Refused where a payee changed since the signature."""

    def effect(locked: PaymentBatch) -> list[str]:
        locked.sent_on = on
        return ["sent_on"]

    return _fire(actor, batch, "send", on, opinion, guard=missing_for_sending, effect=effect)


def take_back_batch(
    actor: Actor, batch: PaymentBatch, *, on: date, opinion: Opinion | None = None
) -> PaymentBatch:
    """The bank did not take the file, and paid nothing of it: it is sent again, or the batch is cancelled.

    Another person than who made it up or checked it says so, with the bank's reason. Raises `Refused` once
    the bank has answered a payment of it or a statement shows one.
    """

    def effect(locked: PaymentBatch) -> list[str]:
        locked.sent_on = None
        return ["sent_on"]

    return _fire(actor, batch, "not_taken", on, opinion, guard=missing_for_taking_back, effect=effect)


def close_batch(
    actor: Actor, batch: PaymentBatch, *, on: date, opinion: Opinion | None = None
) -> PaymentBatch:
    """Every payment is answered, and every one that was made stands in a statement."""
    return _fire(actor, batch, "close", on, opinion, guard=missing_for_closing)


def cancel_batch(
    actor: Actor, batch: PaymentBatch, *, on: date, opinion: Opinion | None = None
) -> PaymentBatch:
    """Give a batch up before its file leaves; its orders can go into another one."""

    def effect(locked: PaymentBatch) -> list[str]:
        locked.entries.filter(live=True).update(live=False)
        return []

    return _fire(actor, batch, "cancel", on, opinion, effect=effect)


def _fire(
    actor: Actor,
    batch: PaymentBatch,
    action: str,
    on: date,
    opinion: Opinion | None,
    *,
    guard: Guard | None = None,
    effect: Effect | None = None,
) -> PaymentBatch:
    try:
        return fire(
            BATCH_TRANSITIONS, batch, action, actor, on=on, opinion=opinion, guard=guard, effect=effect
        )
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
        if constraint in ("banking_payee_approved", "banking_control_total"):
            raise Conflict(
                _("A payment of this batch changed at this very moment. Reload the page and look again."),
                code="payee_changed",
            ) from error
        raise

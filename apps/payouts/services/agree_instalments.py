"""Repay in instalments: ask with a schedule and a document, sign, refuse, withdraw, follow, break."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.casework.acting import acting
from apps.casework.engine import Opinion, fire
from apps.casework.models import CaseDocument
from apps.casework.services.documents import add_document
from apps.claims.models import Claim
from apps.core.errors import Conflict, Forbidden, InvalidInput, NotFound, Problem
from apps.core.money import yuan
from apps.core.numbering import next_number
from apps.payouts.agreement_transitions import AGREEMENT_TRANSITIONS, ASKERS
from apps.payouts.enums import AgreementState, RecoveryState
from apps.payouts.instalments import agreement_in_force, missed, months_later, next_open
from apps.payouts.models import Instalment, InstalmentAgreement, Recovery, RecoveryReceipt
from apps.payouts.rules import recovery_rule
from apps.payouts.sentences import INSTALMENT_MISSED, NOTHING_OPEN
from apps.policy.enums import MissedInstalment

DOCUMENT = "instalment_agreement"
INSTALMENTS_MIN = 2


def request_agreement(
    actor: Actor,
    recovery: Recovery,
    *,
    schedule: Sequence[tuple[date, int]],
    document: str,
    upload: Any,
    on: date,
) -> InstalmentAgreement:
    """Ask to repay what is open in instalments (day, fen), earliest first; another person signs.

    Raises `Forbidden` for anybody but finance and the enterprise, `NotFound` for another's notice,
    `InvalidInput` for a schedule beyond the city's rules or a missing paper, `Conflict` while another
    agreement runs or waits.
    """
    if actor.role not in ASKERS or actor.person_id is None:
        raise Forbidden(_("Finance or the enterprise asks for instalments."), code="not_your_step")
    with transaction.atomic():
        locked = _lock(actor, recovery.pk)
        _require_none_running(locked)
        _require_sound(locked, schedule, document, upload, on)
        with acting(actor, "create"):
            agreement = InstalmentAgreement.objects.create(
                number=next_number(InstalmentAgreement, "FQ", on),
                recovery=locked,
                enterprise_id=locked.enterprise_id,
                district_id=locked.district_id,
                amount_fen=locked.open_fen,
                document=document.strip(),
                requested_by_id=actor.person_id,
            )
        Instalment.objects.bulk_create(
            Instalment(agreement=agreement, position=position, due_on=day, amount_fen=fen)
            for position, (day, fen) in enumerate(schedule, start=1)
        )
        add_document(actor, agreement, kind=DOCUMENT, upload=upload, title=document.strip())
        return submit_agreement(actor, agreement, on=on)


def submit_agreement(
    actor: Actor, agreement: InstalmentAgreement, *, on: date, opinion: Opinion | None = None
) -> InstalmentAgreement:
    """Hand an agreement on for the second signature. Raises what `fire` raises."""
    return fire(
        AGREEMENT_TRANSITIONS,
        agreement,
        "submit",
        actor,
        on=on,
        opinion=opinion,
        guard=missing_for_agreement,
    )


def sign_agreement(
    actor: Actor, agreement: InstalmentAgreement, *, on: date, opinion: Opinion | None = None
) -> InstalmentAgreement:
    """The second signature: from now on the days of the agreement hold.

    Raises `Refused` where money came in since it was asked for, or the first day has passed.
    """

    def guard(locked: InstalmentAgreement, by: Actor) -> Iterator[Problem]:
        yield from missing_for_agreement(locked, by)
        if locked.instalments.filter(position=1, due_on__lt=on).exists():
            message = _("The day of the first instalment has passed. Have the agreement written anew.")
            yield Problem("day_passed", message, field="schedule")

    def effect(locked: InstalmentAgreement) -> list[str]:
        locked.signed_by_id, locked.signed_on = actor.person_id, on
        return ["signed_by", "signed_on"]

    with transaction.atomic():
        recovery = _lock(actor, agreement.recovery_id)
        signed: InstalmentAgreement = fire(
            AGREEMENT_TRANSITIONS,
            agreement,
            "sign",
            actor,
            on=on,
            opinion=opinion,
            guard=guard,
            effect=effect,
        )
        follow_agreement(recovery, on)
    return signed


def refuse_agreement(
    actor: Actor, agreement: InstalmentAgreement, *, on: date, opinion: Opinion | None = None
) -> InstalmentAgreement:
    """Not signed, with the reason."""
    return fire(AGREEMENT_TRANSITIONS, agreement, "refuse", actor, on=on, opinion=opinion)


def withdraw_agreement(
    actor: Actor, agreement: InstalmentAgreement, *, on: date, opinion: Opinion | None = None
) -> InstalmentAgreement:
    """Taken back by finance or the enterprise before it is signed, with the reason."""
    return fire(AGREEMENT_TRANSITIONS, agreement, "withdraw", actor, on=on, opinion=opinion)


def follow_agreement(recovery: Recovery, on: date) -> None:
    """Let the deadline of a locked recovery be that of the next open instalment; end what is fulfilled.

    Called wherever something was repaid or written off. `recovery` is as the database has it now.
    """
    agreement = agreement_in_force(recovery)
    if agreement is None:
        return
    row = next_open(agreement, recovery.open_fen)
    if row is not None:
        set_deadline(recovery, row.due_on)
        return
    reason = NOTHING_OPEN.say(number=recovery.number)
    fire(AGREEMENT_TRANSITIONS, agreement, "end", Actor.system(reason), on=on)


def reopen_agreement(receipt: RecoveryReceipt, recovery: Recovery, reason: str, on: date) -> None:
    """Let the agreement of a locked recovery say what it says without a receipt that was undone.

    One that holds, and under which the money had come, has its deadline back; one that was agreed over what
    the money had left lapses. One that the money fulfilled holds again. `recovery` is read anew before.
    """
    running = agreement_in_force(recovery)
    before = receipt.agreement
    if running is not None and before != running:
        fire(AGREEMENT_TRANSITIONS, running, "lapse", Actor.system(reason), on=on)
        return
    written = [AgreementState.DRAFT, AgreementState.SUBMITTED]
    if (
        running is None
        and before is not None
        and before.state == AgreementState.ENDED
        and 0 < recovery.open_fen <= before.amount_fen
        and not recovery.agreements.filter(state__in=written).exists()
    ):
        fire(AGREEMENT_TRANSITIONS, before, "resume", Actor.system(reason), on=on)
    follow_agreement(recovery, on)


def break_missed(on: date) -> int:
    """End every agreement of which an instalment was missed, where the city's rules say so; returns how many.

    The whole rest is due since the day of the missed instalment. Safe to run again.
    """
    if recovery_rule("recovery_missed_instalment", on) != MissedInstalment.WHOLE_DUE:
        return 0
    found = 0
    in_force = InstalmentAgreement.objects.filter(state=AgreementState.IN_FORCE).order_by("id")
    for pk in list(in_force.values_list("recovery_id", flat=True)):
        with transaction.atomic():
            recovery = Recovery.objects.select_for_update(of=("self",)).get(pk=pk)
            agreement = agreement_in_force(recovery)
            row = missed(agreement, recovery.open_fen, on) if agreement else None
            if agreement is None or row is None:
                continue
            reason = INSTALMENT_MISSED.say(position=row.position, day=row.due_on.isoformat())
            fire(
                AGREEMENT_TRANSITIONS,
                agreement,
                "break",
                Actor.system(reason),
                on=on,
                opinion=Opinion(reason=reason),
            )
            set_deadline(recovery, row.due_on)
            found += 1
    return found


def set_deadline(recovery: Recovery, day: date) -> None:
    """The day that holds now, on the notice and on the claim that waits for the money."""
    if recovery.due_on != day:
        recovery.due_on = day
        Recovery.objects.filter(pk=recovery.pk).update(due_on=day)
        Claim.objects.filter(pk=recovery.claim_id).update(deadline_on=day)


def missing_for_agreement(agreement: InstalmentAgreement, actor: Actor) -> Iterator[Problem]:  # noqa: ARG001 - a guard's signature
    """What keeps an agreement from being handed on or signed."""
    if not CaseDocument.objects.of(agreement).exists():
        yield Problem("document_missing", _("Hand in the signed agreement."), field="file")
    open_fen = Recovery.objects.get(pk=agreement.recovery_id).open_fen
    if agreement.amount_fen != open_fen:
        message = _("The agreement is over %(agreed)s yuan and %(open)s yuan are open. Have it written anew.")
        about = {"agreed": yuan(agreement.amount_fen), "open": yuan(open_fen)}
        yield Problem("amount_changed", message % about, field="schedule")


def _lock(actor: Actor, pk: int) -> Recovery:
    locked = Recovery.objects.visible_to(actor).filter(pk=pk).select_for_update(of=("self",)).first()
    if locked is None:
        raise NotFound(_("There is no such notice."), code="no_such_recovery")
    return locked


def _require_none_running(recovery: Recovery) -> None:
    states = [AgreementState.DRAFT, AgreementState.SUBMITTED, AgreementState.IN_FORCE]
    if recovery.agreements.filter(state__in=states).exists():
        raise Conflict(
            _("An agreement over this recovery runs or waits for its signature already. Open that one."),
            code="agreement_open",
        )
    if recovery.state not in (RecoveryState.ISSUED, RecoveryState.PARTLY):
        raise Conflict(_("Nothing of this recovery is open any more."), code="nothing_open")


def _require_sound(
    recovery: Recovery, schedule: Sequence[tuple[date, int]], document: str, upload: Any, on: date
) -> None:
    problems = list(_faults(recovery, schedule, on))
    if not document.strip():
        message = _("Name the agreement or the application it rests on.")
        problems.append(Problem("document_missing", message, field="document"))
    if upload is None:
        problems.append(Problem("document_missing", _("Hand in the signed agreement."), field="file"))
    if problems:
        raise InvalidInput(problems=problems)


def _faults(recovery: Recovery, schedule: Sequence[tuple[date, int]], on: date) -> Iterator[Problem]:
    most = recovery_rule("recovery_instalments_max", on)
    latest = months_later(on, recovery_rule("recovery_instalment_months_max", on))
    days = [day for day, _fen in schedule]
    if not INSTALMENTS_MIN <= len(schedule) <= most:
        message = _("Write from %(least)s to %(most)s instalments.")
        yield Problem("count", message % {"least": INSTALMENTS_MIN, "most": most}, field="schedule")
    if any(fen <= 0 for _day, fen in schedule):
        yield Problem("amount", _("Each instalment is one fen or more."), field="schedule")
    if any(later <= earlier for earlier, later in pairwise(days)):
        yield Problem("days", _("Each instalment has a later day than the one before."), field="schedule")
    if days and days[0] < on:
        yield Problem("days", _("The first instalment is not in the past."), field="schedule")
    if days and days[-1] > latest:
        message = _("The last instalment is due by %(day)s at the latest.")
        yield Problem("days", message % {"day": latest.isoformat()}, field="schedule")
    total = sum(fen for _day, fen in schedule)
    if total != recovery.open_fen:
        message = _("The instalments add up to %(total)s yuan and %(open)s yuan are open.")
        about = {"total": yuan(total), "open": yuan(recovery.open_fen)}
        yield Problem("total", message % about, field="schedule")

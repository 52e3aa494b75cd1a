"""Follow the money: from a line (or a leg, or an enrolment) to everything that it rests on."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from apps.apprentices.models import Enrolment
from apps.casework.models import CaseDocument, Decision
from apps.claims.models import Claim, ClaimLine, Entitlement, NoticeLine
from apps.claims.selectors import steps_of
from apps.core.money import yuan
from apps.ledger.models import Leg
from apps.payouts.models import PaymentLine, Recovery, RecoveryOffset
from apps.training.models import TrainingSession

LINE = "claims.claimline"


@dataclass(frozen=True)
class Trace:
    """Everything about one line: rule, facts, documents, people, payments, legs."""

    line: ClaimLine
    claim: Claim
    enrolment: Enrolment
    entitlement: Entitlement | None
    steps: list[dict[str, Any]]
    facts: dict[str, Any]
    documents: list[CaseDocument]
    published: NoticeLine | None
    decisions: list[Decision]
    payments: list[PaymentLine]
    recovery: Recovery | None
    offsets: list[RecoveryOffset]
    legs: list[Leg]

    @property
    def set_off(self) -> str:
        """How the claim's lines became one sum, where some pay and others are owed back; empty otherwise."""
        claim = self.claim
        if not (claim.pay_fen and claim.recover_fen):
            return ""
        if claim.net_fen > 0:
            text = _(
                "The lines of this claim pay %(pay)s yuan; %(back)s yuan that other lines owe were set off "
                "against it. The payment order is for the difference, %(net)s yuan; this line counts in it "
                "with %(line)s yuan."
            )
        elif claim.net_fen < 0:
            text = _(
                "The lines of this claim owe %(back)s yuan; %(pay)s yuan that other lines pay were set off "
                "against it. The recovery notice is for the difference, %(net)s yuan; this line counts in it "
                "with %(line)s yuan."
            )
        else:
            text = _(
                "The lines of this claim pay %(pay)s yuan and owe %(back)s yuan. Both were set off against "
                "each other and nothing moved; this line counts in it with %(line)s yuan."
            )
        return text % {
            "pay": yuan(claim.pay_fen),
            "back": yuan(claim.recover_fen),
            "net": yuan(abs(claim.net_fen)),
            "line": yuan(self.line.amount_fen, sign=True),
        }

    @property
    def offset_words(self) -> str:
        """What the set-offs against recoveries mean for this line; empty where there are none."""
        if not self.offsets:
            return ""
        if self.line.amount_fen > 0:
            text = _(
                "%(amount)s yuan of what this claim pays repaid recoveries of the enterprise. The payment"
                " order carries the rest; this line counts as paid whole."
            )
        else:
            text = _("%(amount)s yuan of what this claim owes were set off against later claims.")
        return text % {"amount": yuan(sum(row.amount_fen for row in self.offsets))}


def trace_line(line: ClaimLine) -> Trace:
    """Collect what one claim line rests on. The caller has checked that the line may be seen."""
    claim = line.claim
    orders = list(
        PaymentLine.objects.filter(claim_line=line)
        .select_related("order__released_by__person", "fund")
        .order_by("id")
    )
    recovery = Recovery.objects.filter(claim=claim).first()
    offsets = _offsets(line, recovery)
    return Trace(
        line=line,
        claim=claim,
        enrolment=line.enrolment,
        entitlement=Entitlement.objects.filter(enrolment=line.enrolment_id).first(),
        steps=steps_of(line),
        facts=line.calculation.snapshot["facts"],
        documents=_documents(claim, line.enrolment),
        published=_published(line),
        decisions=_decisions(claim, line.enrolment),
        payments=orders,
        recovery=recovery if line.amount_fen < 0 else None,
        offsets=offsets,
        legs=_legs(line, [row.order_id for row in orders], recovery, offsets),
    )


def _offsets(line: ClaimLine, recovery: Recovery | None) -> list[RecoveryOffset]:
    """What was set off against the payment of the line's claim, or repaid what the line owes."""
    rows = RecoveryOffset.objects.select_related("recovery", "claim").order_by("id")
    if line.amount_fen > 0:
        return list(rows.filter(claim=line.claim_id))
    return list(rows.filter(recovery=recovery)) if recovery is not None else []


def _documents(claim: Claim, enrolment: Enrolment) -> list[CaseDocument]:
    training_class = claim.training_class
    sessions = TrainingSession.objects.filter(training_class=training_class).values("pk")
    return list(
        CaseDocument.objects.filter(replaced_by=None, removed_at=None)
        .filter(
            Q(subject_type="plans.plan", subject_id=training_class.plan_id)
            | Q(subject_type="apprentices.trainingclass", subject_id=training_class.pk)
            | Q(subject_type="apprentices.enrolment", subject_id=enrolment.pk)
            | Q(subject_type="claims.claim", subject_id=claim.pk)
            | Q(subject_type="training.trainingsession", subject_id__in=sessions)
        )
        .select_related("file", "uploaded_by__person")
        .order_by("subject_type", "id")
    )


def _decisions(claim: Claim, enrolment: Enrolment) -> list[Decision]:
    training_class = claim.training_class
    return list(
        Decision.objects.filter(
            Q(subject_type="plans.plan", subject_id=training_class.plan_id)
            | Q(subject_type="apprentices.trainingclass", subject_id=training_class.pk)
            | Q(subject_type="apprentices.enrolment", subject_id=enrolment.pk)
            | Q(subject_type="claims.claim", subject_id=claim.pk)
            | Q(subject_type="claims.objection", subject_id__in=enrolment.objections.values("pk"))
        )
        .select_related("person", "seat")
        .order_by("at", "id")
    )


def _published(line: ClaimLine) -> NoticeLine | None:
    """The line as everybody could read it before it was signed; None where nothing was published."""
    rows = NoticeLine.objects.filter(notice__claim=line.claim_id, notice__taken_down_on=None)
    return rows.filter(enrolment=line.enrolment_id).select_related("notice").first()


def _legs(
    line: ClaimLine, orders: list[int], recovery: Recovery | None, offsets: list[RecoveryOffset]
) -> list[Leg]:
    wanted = Q(subject_type=LINE, subject_id=line.pk) | Q(
        subject_type="payouts.paymentorder", subject_id__in=orders
    )
    if recovery is not None and line.amount_fen < 0:
        wanted |= Q(subject_type="payouts.recovery", subject_id=recovery.pk)
    if offsets:
        wanted |= Q(subject_type="payouts.recoveryoffset", subject_id__in=[row.pk for row in offsets])
    return list(
        Leg.objects.filter(wanted)
        .select_related("transaction", "account", "fund")
        .order_by("transaction_id", "position")
    )


def lines_of_enrolment(enrolment: Enrolment) -> list[ClaimLine]:
    """All the money of one enrolment: its lines in every claim, oldest first."""
    return list(
        ClaimLine.objects.filter(enrolment=enrolment)
        .select_related("claim", "calculation", "assessment")
        .order_by("id")
    )


def _publication(line: NoticeLine | None) -> dict[str, Any] | None:
    if line is None:
        return None
    notice = line.notice
    return {
        "notice": notice.number,
        "position": line.position,
        "published_on": notice.published_on.isoformat(),
        "ends_on": notice.ends_on.isoformat(),
    }


def as_json(trace: Trace) -> dict[str, Any]:
    """The same answer for a program: ids, articles, digests and people, no identity numbers."""
    snapshot = trace.line.calculation.snapshot
    return {
        "line": {
            "id": trace.line.pk,
            "kind": trace.line.kind,
            "standard_fen": trace.line.standard_fen,
            "advance_fen": trace.line.advance_fen,
            "due_fen": trace.line.due_fen,
            "amount_fen": trace.line.amount_fen,
        },
        "claim": {
            "id": trace.claim.pk,
            "number": trace.claim.number,
            "state": trace.claim.state,
            "pay_fen": trace.claim.pay_fen,
            "recover_fen": trace.claim.recover_fen,
            "net_fen": trace.claim.net_fen,
        },
        "enrolment": {"id": trace.enrolment.pk, "number": trace.enrolment.number},
        "rule": {
            "document": snapshot["document"],
            "number": snapshot["number"],
            "sha256": snapshot["sha256"],
            "on": snapshot["on"],
            "steps": trace.steps,
        },
        "facts": trace.facts,
        "documents": [
            {"kind": row.kind, "title": row.title, "sha256": row.file.sha256, "subject": row.subject_type}
            for row in trace.documents
        ],
        "publication": _publication(trace.published),
        "decisions": [
            {
                "subject": row.subject_type,
                "seat": row.seat.seat,
                "action": row.action,
                "person": row.person.name,
                "role": row.role,
                "at": row.at.isoformat(),
                "opinion": row.opinion,
            }
            for row in trace.decisions
        ],
        "payments": [
            {
                "order": row.order.number,
                "fund": row.fund_id,
                "amount_fen": row.amount_fen,
                "state": row.order.state,
                "paid_on": row.order.paid_on.isoformat() if row.order.paid_on else None,
                "bank_serial": row.order.bank_serial,
            }
            for row in trace.payments
        ],
        "recovery": trace.recovery.number if trace.recovery else None,
        "offsets": [
            {
                "recovery": row.recovery.number,
                "claim": row.claim.number,
                "amount_fen": row.amount_fen,
                "set_off_on": row.set_off_on.isoformat(),
            }
            for row in trace.offsets
        ],
        "legs": [
            {
                "transaction": row.transaction.key,
                "on": row.on.isoformat(),
                "account": row.account_id,
                "fund": row.fund_id,
                "debit_fen": row.debit_fen,
                "credit_fen": row.credit_fen,
            }
            for row in trace.legs
        ],
    }

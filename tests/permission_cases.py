"""Objects of the process for the permission matrix: plans, classes, records, claims, payments."""

from datetime import date
from typing import Any

from apps.accounts.middleware import actor_of
from apps.accounts.roles import Role
from apps.apprentices.models import Enrolment, RosterFile
from apps.casework.models import CaseDocument
from apps.claims.models import Claim
from apps.core import clock
from apps.core.files import store_bytes
from apps.payouts.models import PaymentOrder, Recovery
from apps.payouts.services.release_many import enqueue_release
from apps.plans.models import Plan
from apps.training.enums import SessionSide
from apps.training.models import Dispute, TrainingSession
from tests.factories import claims, training
from tests.factories.claims import Money
from tests.permission_objects import Pair, World, objects

PARTNERS = frozenset({Role.ENTERPRISE_OPERATOR, Role.INSTITUTION_OPERATOR})
OFFICE = frozenset(
    {Role.DISTRICT_REVIEWER, Role.DISTRICT_SUPERVISOR, Role.CITY_OFFICER, Role.FINANCE_OFFICER}
)
SUPERIOR = frozenset({Role.SUPERIOR_UNIT, Role.OBSERVER})
AUDIT = frozenset({Role.AUDITOR})
CASE = OFFICE | PARTNERS | SUPERIOR | AUDIT
OWN_RECORD = CASE | {Role.APPRENTICE}
MONEY = OFFICE | SUPERIOR | AUDIT | {Role.ENTERPRISE_OPERATOR}


def _both(world: World, made: Any, **options: Any) -> Pair:
    """The same object of both districts, by its key."""
    return Pair({"pk": made(world.of).pk}, {"pk": made(world.foreign_of).pk}, **options)


def _plan(of: Money) -> Plan:
    return of.shop.plan


def _class(of: Money) -> Any:
    return of.training_class


def _enrolment(of: Money) -> Enrolment:
    return of.enrolments()[0]


def _claim(of: Money) -> Claim:
    found = Claim.objects.filter(training_class=of.training_class).first()
    return found or claims.paid(of)


def _line(of: Money) -> Any:
    return _claim(of).lines.order_by("id").first()


def _order(of: Money) -> PaymentOrder:
    return _claim(of).orders.get()


def _recovery(of: Money) -> Recovery:
    claim = _claim(of)
    found, _created = Recovery.objects.get_or_create(
        claim=claim,
        defaults={
            "number": f"R-{claim.pk}",
            "district_id": claim.district_id,
            "enterprise_id": claim.enterprise_id,
            "amount_fen": 100,
            "issued_on": date(2023, 6, 1),
            "due_on": date(2023, 9, 1),
            "issued_by_id": of.supervisor.user_id,
        },
    )
    return found


def _session(of: Money) -> TrainingSession:
    found = TrainingSession.objects.filter(training_class=of.training_class).first()
    return found or training.hold(of, SessionSide.ENTERPRISE)


def _dispute(of: Money) -> Dispute:
    enrolment = _enrolment(of)
    found = Dispute.objects.filter(enrolment=enrolment).first()
    return found or Dispute.objects.create(
        enrolment=enrolment,
        attendance=_session(of).attendances.get(enrolment=enrolment),
        text="我没有参加",
        raised_by_id=of.clerk.user_id,
    )


def _roster(of: Money) -> RosterFile:
    found = RosterFile.objects.filter(training_class=of.training_class).first()
    return found or RosterFile.objects.create(
        training_class=of.training_class,
        file=store_bytes(f"roster {of.training_class.pk}".encode(), name="r.csv", media_type="text/csv"),
        name="r.csv",
        judged_on=date(2023, 3, 1),
        uploaded_by_id=of.clerk.user_id,
        done_at=clock.now(),
        bad_rows=1,
        error_workbook=store_bytes(b"bad rows", name="to-correct.xlsx", media_type="application/xlsx"),
    )


def _document(of: Money) -> CaseDocument:
    case = of.shop.plan
    found = CaseDocument.objects.of(case).first()
    return found or CaseDocument.objects.create(
        subject_type=case._meta.label_lower,
        subject_id=case.pk,
        kind="agreement",
        title="合作协议",
        file=store_bytes(f"plan {case.pk}".encode(), name="a.pdf", media_type="application/pdf"),
        uploaded_by_id=of.clerk.user_id,
    )


@objects("desk:plan_review", "desk:plan_decide", "desk:plan_deficiencies")
def _desk_plan(world: World) -> Pair:
    return _both(world, _plan, seen_by=CASE, may_refuse=True)


@objects("portal:plan_detail", "portal:plan_decide", "portal:plan_check", "portal:plan_edit")
def _portal_plan(world: World) -> Pair:
    return _both(world, _plan, seen_by=CASE, may_refuse=True)


@objects("portal:plan_step")
def _portal_plan_step(world: World) -> Pair:
    own, foreign = world.of.shop.plan.pk, world.foreign_of.shop.plan.pk
    return Pair({"pk": own, "step": "lines"}, {"pk": foreign, "step": "lines"}, seen_by=CASE, may_refuse=True)


@objects("portal:plan_document_remove")
def _portal_plan_document(world: World) -> Pair:
    own, foreign = _document(world.of), _document(world.foreign_of)
    return Pair(
        {"pk": own.subject_id, "document": own.pk},
        {"pk": foreign.subject_id, "document": foreign.pk},
        may_refuse=True,
    )


@objects("desk:case_document", "portal:case_document")
def _case_document(world: World) -> Pair:
    own, foreign = _document(world.of), _document(world.foreign_of)
    return Pair(
        {"label": "plans.plan", "pk": own.subject_id, "document": own.pk},
        {"label": "plans.plan", "pk": foreign.subject_id, "document": foreign.pk},
        seen_by=CASE,
    )


@objects("portal:case_document_remove")
def _case_document_remove(world: World) -> Pair:
    own, foreign = _document(world.of), _document(world.foreign_of)
    return Pair(
        {"label": "plans.plan", "pk": own.subject_id, "document": own.pk},
        {"label": "plans.plan", "pk": foreign.subject_id, "document": foreign.pk},
        seen_by=CASE,
        may_refuse=True,
    )


@objects("desk:case_note", "desk:case_step", "portal:case_note", "portal:case_step", "portal:case_upload")
def _case(world: World) -> Pair:
    return Pair(
        {"label": "plans.plan", "pk": world.of.shop.plan.pk},
        {"label": "plans.plan", "pk": world.foreign_of.shop.plan.pk},
        seen_by=CASE,
        may_refuse=True,
    )


@objects("desk:queue_kind", "desk:queue_bulk")
def _queue(_world: World) -> Pair:
    return Pair({"label": "plans.plan"})


@objects("desk:training_session")
def _desk_session(world: World) -> Pair:
    return _both(world, _session, seen_by=CASE)


@objects("desk:class_review", "desk:class_training", "desk:class_training_file", "portal:class_detail")
def _class_read(world: World) -> Pair:
    return _both(world, _class, seen_by=CASE)


@objects(
    "desk:class_settle",
    "portal:class_decide",
    "portal:class_agreement",
    "portal:registration_create",
    "portal:registrations_remove",
    "portal:roster_upload",
    "portal:training_class",
    "portal:training_record",
    "portal:result_class",
    "portal:result_close",
    "portal:result_complete",
)
def _class_write(world: World) -> Pair:
    return _both(world, _class, seen_by=CASE, may_refuse=True)


@objects("portal:training_upload")
def _training_upload(world: World) -> Pair:
    own, foreign = world.of.training_class.pk, world.foreign_of.training_class.pk
    return Pair({"pk": own, "table": "sessions"}, {"pk": foreign, "table": "sessions"}, may_refuse=True)


@objects("portal:training_template")
def _training_template(_world: World) -> Pair:
    return Pair({"table": "sessions"})


@objects("portal:training_rows")
def _training_rows(_world: World) -> Pair:
    return Pair({"token": "nothing"}, seen_by=frozenset())


@objects("portal:training_session", "portal:training_session_cancel")
def _training_session(world: World) -> Pair:
    return _both(world, _session, seen_by=CASE, may_refuse=True)


@objects("portal:training_dispute", "portal:training_dispute_answer")
def _training_dispute(world: World) -> Pair:
    return _both(world, _dispute, seen_by=CASE, may_refuse=True)


@objects(
    "desk:enrolment_detail",
    "desk:enrolment_refuse",
    "desk:enrolment_show",
    "portal:enrolment_detail",
    "portal:enrolment_change",
    "portal:enrolment_mobile",
    "portal:enrolment_show",
    "portal:registration_edit",
)
def _enrolment_pages(world: World) -> Pair:
    return _both(world, _enrolment, seen_by=OWN_RECORD, may_refuse=True)


@objects("desk:enrolment_money", "desk:enrolment_training")
def _enrolment_money(world: World) -> Pair:
    return _both(world, _enrolment, seen_by=OWN_RECORD)


@objects("portal:me_enrolment", "portal:me_confirm", "portal:me_dispute")
def _me(world: World) -> Pair:
    own, neighbour = world.of.enrolments()
    return Pair({"pk": own.pk}, {"pk": neighbour.pk}, may_refuse=True)


@objects("portal:roster_detail", "portal:roster_progress", "portal:roster_workbook")
def _roster_pages(world: World) -> Pair:
    return _both(world, _roster, seen_by=CASE, may_refuse=True)


@objects("desk:claim_review", "portal:claim_detail")
def _claim_pages(world: World) -> Pair:
    return _both(world, _claim, seen_by=CASE)


@objects("desk:payment_record", "desk:payment_failed", "portal:claim_recompute")
def _claim_steps(world: World) -> Pair:
    return _both(world, _claim, seen_by=CASE, may_refuse=True)


@objects("desk:claim_trace")
def _claim_trace(world: World) -> Pair:
    return _both(world, _line, seen_by=CASE)


@objects("portal:claim_line")
def _claim_line(world: World) -> Pair:
    own, foreign = _line(world.of), _line(world.foreign_of)
    return Pair(
        {"pk": own.claim_id, "line": own.pk}, {"pk": foreign.claim_id, "line": foreign.pk}, seen_by=CASE
    )


@objects("desk:release_detail", "desk:release_progress", "api:release-detail")
def _release(world: World) -> Pair:
    member = world.member(Role.FINANCE_OFFICER)
    own = enqueue_release(actor_of(member), [_claim(world.of).pk])
    foreign = enqueue_release(world.foreign_of.finance, [_claim(world.foreign_of).pk])
    return Pair({"pk": own.pk}, {"pk": foreign.pk})


@objects(
    "desk:recovery_detail",
    "desk:write_off_new",
    "desk:agreement_new",
    "desk:recovery_pdf",
    "portal:recovery_notice",
    "portal:recovery_pdf",
    "portal:agreement_new",
)
def _recovery_pages(world: World) -> Pair:
    return _both(world, _recovery, seen_by=MONEY)


@objects("desk:admin_job_retry")
def _job(world: World) -> Pair:
    return Pair({"pk": enqueue_release(world.of.finance, [_claim(world.of).pk]).pk}, may_refuse=True)


_PLAN_STEPS = (
    "approve confirm consent content countersign decline detail documents end give-up history lines missing"
    " refuse reject return send-back submit submit-directly take-back-consent withdraw withhold-consent"
)
_CLASS_STEPS = (
    "apprentices approve cancel complete complete-enrolments courses detail documents history mentors return"
    " rosters settle submit"
)
_ENROLMENT_STEPS = (
    "complete detail documents history mobile refuse remove result resume suspend transfer withdraw"
)
_CLAIM_STEPS = (
    "approve detail documents history lines missing paid present-account recompute record-failure reject"
    " refuse-account release return revoke send-back sign sign-account sign-recovery sign-settled submit"
    " withdraw"
)


@objects(*(f"api:plan-{step}" for step in _PLAN_STEPS.split()))
def _api_plan(world: World) -> Pair:
    return _both(world, _plan, seen_by=CASE, may_refuse=True)


@objects(*(f"api:class-{step}" for step in _CLASS_STEPS.split()))
def _api_class(world: World) -> Pair:
    return _both(world, _class, seen_by=CASE, may_refuse=True)


@objects(*(f"api:enrolment-{step}" for step in _ENROLMENT_STEPS.split()))
def _api_enrolment(world: World) -> Pair:
    return _both(world, _enrolment, seen_by=OWN_RECORD, may_refuse=True)


@objects(*(f"api:claim-{step}" for step in _CLAIM_STEPS.split()))
def _api_claim(world: World) -> Pair:
    return _both(world, _claim, seen_by=CASE, may_refuse=True)


@objects("api:line-detail", "api:line-trace")
def _api_line(world: World) -> Pair:
    return _both(world, _line, seen_by=CASE)


@objects("api:order-detail")
def _api_order(world: World) -> Pair:
    return _both(world, _order, seen_by=MONEY)


@objects("api:recovery-detail", "api:recovery-receipts", "api:recovery-notice")
def _api_recovery(world: World) -> Pair:
    return _both(world, _recovery, seen_by=MONEY, may_refuse=True)


@objects("api:roster-detail")
def _api_roster(world: World) -> Pair:
    return _both(world, _roster, seen_by=CASE)


@objects("api:roster-problems")
def _api_roster_problems(world: World) -> Pair:
    return _both(world, _roster, seen_by=CASE, may_refuse=True)


@objects("api:session-detail", "api:session-documents")
def _api_session(world: World) -> Pair:
    return _both(world, _session, seen_by=CASE, may_refuse=True)


@objects("desk:consolidation_detail", "desk:consolidation_file")
def _consolidation(world: World) -> Pair:
    from apps.plans.models import Consolidation
    from apps.plans.services import consolidate_plans

    found = Consolidation.objects.first() or consolidate_plans(
        actor_of(world.member(Role.CITY_OFFICER)), [world.of.shop.plan.pk], on=date(2023, 3, 2)
    )
    return Pair({"pk": found.pk})

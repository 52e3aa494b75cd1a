"""Objects of the process for the permission matrix: plans, classes, records, claims, payments."""

from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from apps.accounts.middleware import actor_of
from apps.accounts.roles import Role
from apps.apprentices.models import Enrolment, RosterFile
from apps.banking.fake_bank import FakeBank
from apps.banking.formats.profiles import profile
from apps.banking.models import BankStatement, PayingAccount, PaymentBatch
from apps.banking.selectors import open_orders
from apps.banking.services.build_batch import build_batch, take_out
from apps.banking.services.paying_accounts import enter_paying_account
from apps.banking.services.take_statement import take_statement
from apps.casework.engine import Opinion
from apps.casework.models import CaseDocument
from apps.claims.models import Claim
from apps.core import clock
from apps.core.files import store_bytes
from apps.payouts.models import BudgetRequest, PaymentOrder, Recovery
from apps.payouts.services.record_payment import record_failure
from apps.payouts.services.release_many import enqueue_release
from apps.payouts.services.release_payment import release_payment
from apps.payouts.services.request_budget import Wanted, request_budget
from apps.plans.models import Plan
from apps.training.enums import SessionSide
from apps.training.models import Dispute, TrainingSession
from tests.factories import claims, ledger, numbers, training
from tests.factories.apprentices import ON
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
    "approve confirm consent content countersign decline detail documents history lines missing refuse reject"
    " return send-back submit submit-directly withdraw withhold-consent"
)
_CLASS_STEPS = (
    "apprentices approve cancel complete complete-enrolments courses detail documents history mentors return"
    " rosters submit"
)
_ENROLMENT_STEPS = "complete detail documents history refuse remove result resume suspend transfer withdraw"
_CLAIM_STEPS = (
    "approve detail documents history lines missing paid present-account record-failure reject release return"
    " send-back sign sign-account sign-recovery sign-settled submit withdraw"
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


def _account(of: Money) -> PayingAccount:
    """The account from which a district pays, with a batch, a movement and a failed payment."""
    district = of.training_class.district_id
    found = PayingAccount.objects.filter(district=district).first()
    return found or enter_paying_account(
        of.finance,
        profile_key="city-commercial",
        account_name="财政局",
        account_number=numbers.account_number(),
        bank_name="北京银行",
        district=district,
    )


def _batch(of: Money) -> PaymentBatch:
    """A batch that is being made up, of another class of the same district than the claim that was paid."""
    found = PaymentBatch.objects.filter(paying_account=_account(of)).first()
    if found is not None:
        return found
    other = claims.money(
        people=1,
        district=of.training_class.district_id,
        special_fen=0,
        employment_fen=0,
    )
    release_payment(of.finance, claims.signed(other), on=ON)
    orders = open_orders(of.finance, _account(of), of.training_class.district_id)
    return build_batch(
        of.finance,
        _account(of),
        district=of.training_class.district_id,
        orders=[order.pk for order in orders],
        pay_on=ON,
        on=ON,
    )


def _statement(of: Money) -> BankStatement:
    account = _account(of)
    found = BankStatement.objects.filter(paying_account=account).first()
    if found is not None:
        return found
    bank = FakeBank(profile(account.profile_key))
    bank.open_account(account.account_number, account.account_name, 0)
    bank.receive(account.account_number, 100, ON, payer="甲", reference="退款")
    content = bank.statement(account.account_number, ON, ON)
    return take_statement(of.finance, account, content, name="s.csv", on=ON).statement


def _movement(of: Money) -> Any:
    return _statement(of).lines.get()


def _failure(of: Money) -> PaymentOrder:
    """An order that the bank refused."""
    found = PaymentOrder.objects.filter(state="failed", district=of.training_class.district_id).first()
    if found is not None:
        return found
    order = _batch(of).entries.get().order
    take_out(of.finance, _batch(of).entries.get(), on=ON, reason="改")
    record_failure(of.finance, order.claim, on=ON, opinion=Opinion(reason="账号户名不符"))
    return order


TREASURY = frozenset({Role.FINANCE_OFFICER, Role.DISTRICT_SUPERVISOR, Role.CITY_OFFICER, Role.AUDITOR})
_BATCH_STEPS = (
    "detail history entries regenerated results file take-out check send-back sign send close cancel"
)


@objects("desk:batch_detail", "desk:batch_file", "desk:batch_again", "desk:batch_result")
def _desk_batch(world: World) -> Pair:
    return _both(world, _batch, seen_by=TREASURY, may_refuse=True)


@objects(*(f"api:batch-{step}" for step in _BATCH_STEPS.split()))
def _api_batch(world: World) -> Pair:
    return _both(world, _batch, seen_by=TREASURY, may_refuse=True)


@objects("desk:batch_entry_out")
def _batch_entry(world: World) -> Pair:
    own, foreign = (_batch(of).entries.get().pk for of in (world.of, world.foreign_of))
    return Pair({"pk": own}, {"pk": foreign}, seen_by=TREASURY, may_refuse=True)


@objects("desk:paying_account_retire", "api:paying-account-detail")
def _paying_account(world: World) -> Pair:
    return _both(world, _account, seen_by=TREASURY, may_refuse=True)


@objects("desk:statement_detail", "api:statement-detail")
def _statement_page(world: World) -> Pair:
    return _both(world, _statement, seen_by=TREASURY)


@objects(
    "desk:movement_match",
    "desk:movement_returned",
    "desk:movement_undo",
    "api:movement-detail",
    "api:movement-match",
    "api:movement-returned",
)
def _movement_page(world: World) -> Pair:
    return _both(world, _movement, seen_by=TREASURY, may_refuse=True)


@objects("api:failure-detail")
def _api_failure(world: World) -> Pair:
    return _both(world, _failure, seen_by=TREASURY)


@objects("api:roster-detail")
def _api_roster(world: World) -> Pair:
    return _both(world, _roster, seen_by=CASE)


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


@objects("desk:ledger_statement", "api:ledger-account-statement")
def _ledger_account(world: World) -> Pair:
    """The chart is one for the whole city; which legs are shown is not the address's matter."""
    ledger.chart()
    return Pair({"code": "cash"})


@objects("api:ledger-transaction-detail")
def _ledger_transaction(world: World) -> Pair:
    ledger.chart()
    own = ledger.posted("own", district=world.district.pk)
    foreign = ledger.posted("foreign", district=world.foreign_district.pk)
    return Pair({"pk": own.pk}, {"pk": foreign.pk})


@objects("desk:ledger_month", "api:ledger-month-detail", "api:ledger-month-close", "api:ledger-month-propose")
@objects("api:ledger-month-withdraw")
def _ledger_month(world: World) -> Pair:
    return Pair({"month": "2023-03"}, may_refuse=True)


def _budget_request(of: Money) -> BudgetRequest:
    place = of.training_class.district_id
    found = BudgetRequest.objects.filter(district=place).first()
    if found is None:
        paper = SimpleUploadedFile("a.pdf", b"%PDF-1.4\n%%EOF\n", content_type="application/pdf")
        wanted = Wanted("appropriate", claims.SPECIAL, place, ON.year, 100, "京财社〔2023〕9号")
        found = request_budget(of.city_finance, wanted, upload=paper, on=ON)
    return found


_BUDGET_STEPS = "detail history documents submit sign refuse withdraw"


@objects(
    "desk:budget_request",
    *(
        f"api:budget-request-{name}"
        for name in ["detail", "history", "documents", "submit", "sign", "refuse", "withdraw"]
    ),
)
def _budget_requests(world: World) -> Pair:
    return _both(world, _budget_request, may_refuse=True)

"""Addresses of the REST interface, version 1."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from apps.api.views.banking import (
    BatchViewSet,
    FailureViewSet,
    MovementViewSet,
    PayingAccountViewSet,
    StatementViewSet,
    WrittenAnswerViewSet,
)
from apps.api.views.budgets import BudgetRequestViewSet, BudgetViewSet
from apps.api.views.claims import ClaimViewSet, LineViewSet, OrderViewSet, ReleaseViewSet
from apps.api.views.classes import ClassViewSet, EnrolmentViewSet, RosterFileViewSet, SessionViewSet
from apps.api.views.institutions import InstitutionViewSet
from apps.api.views.jobs import JobViewSet
from apps.api.views.ledger import AccountViewSet, MonthViewSet, TransactionViewSet, TrialBalanceViewSet
from apps.api.views.notices import ObjectionViewSet, PublicNoticeViewSet
from apps.api.views.openapi import SchemaView
from apps.api.views.plans import PlanViewSet
from apps.api.views.reconciliation import (
    AccountBalanceViewSet,
    BreakViewSet,
    CorrectionViewSet,
    RunViewSet,
    SumViewSet,
)
from apps.api.views.recoveries import AgreementViewSet, RecoveryViewSet, WriteOffViewSet

app_name = "api"

router = SimpleRouter(use_regex_path=False)
router.register("institutions", InstitutionViewSet, basename="institution")
router.register("plans", PlanViewSet, basename="plan")
router.register("classes", ClassViewSet, basename="class")
router.register("enrolments", EnrolmentViewSet, basename="enrolment")
router.register("rosters", RosterFileViewSet, basename="roster")
router.register("sessions", SessionViewSet, basename="session")
router.register("claims", ClaimViewSet, basename="claim")
router.register("lines", LineViewSet, basename="line")
router.register("public-notices", PublicNoticeViewSet, basename="public-notice")
router.register("objections", ObjectionViewSet, basename="objection")
router.register("orders", OrderViewSet, basename="order")
router.register("releases", ReleaseViewSet, basename="release")
router.register("recoveries", RecoveryViewSet, basename="recovery")
router.register("write-offs", WriteOffViewSet, basename="write-off")
router.register("agreements", AgreementViewSet, basename="agreement")
router.register("paying-accounts", PayingAccountViewSet, basename="paying-account")
router.register("batches", BatchViewSet, basename="batch")
router.register("written-answers", WrittenAnswerViewSet, basename="written-answer")
router.register("failures", FailureViewSet, basename="failure")
router.register("statements", StatementViewSet, basename="statement")
router.register("movements", MovementViewSet, basename="movement")
router.register("jobs", JobViewSet, basename="job")
router.register("reconciliation/runs", RunViewSet, basename="reconciliation-run")
router.register("reconciliation/differences", BreakViewSet, basename="difference")
router.register("reconciliation/corrections", CorrectionViewSet, basename="correction")
router.register("reconciliation/sums", SumViewSet, basename="reconciliation-sum")
router.register("reconciliation/balances", AccountBalanceViewSet, basename="reconciliation-balance")
router.register("budgets", BudgetViewSet, basename="budget")
router.register("budget-requests", BudgetRequestViewSet, basename="budget-request")
router.register("ledger/accounts", AccountViewSet, basename="ledger-account")
router.register("ledger/transactions", TransactionViewSet, basename="ledger-transaction")
router.register("ledger/months", MonthViewSet, basename="ledger-month")
router.register("ledger/trial-balance", TrialBalanceViewSet, basename="ledger-trial-balance")


urlpatterns = [
    path("v1/", include(router.urls)),
    path("schema/", SchemaView.as_view(), name="schema"),
]

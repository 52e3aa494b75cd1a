"""Addresses of finance."""

from django.urls import path

from apps.desk.views import payments, recoveries, releases
from apps.desk.views.ledger import budgets

urlpatterns = [
    path("", payments.payment_list, name="payment_list"),
    path("claims/<int:pk>/paid/", payments.payment_record, name="payment_record"),
    path("claims/<int:pk>/failed/", payments.payment_failed, name="payment_failed"),
    path("releases/<int:pk>/", releases.release_detail, name="release_detail"),
    path("releases/<int:pk>/state/", releases.release_progress, name="release_progress"),
    path("recoveries/", recoveries.recovery_list, name="recovery_list"),
    path("recoveries/export/", recoveries.recovery_export, name="recovery_export"),
    path("recoveries/<int:pk>/", recoveries.recovery_detail, name="recovery_detail"),
    path("recoveries/<int:pk>/notice/", recoveries.recovery_pdf, name="recovery_pdf"),
    path("recoveries/<int:pk>/write-off/", recoveries.write_off_new, name="write_off_new"),
    path("recoveries/<int:pk>/instalments/", recoveries.agreement_new, name="agreement_new"),
    path("recoveries/write-offs/<int:pk>/", recoveries.write_off, name="write_off"),
    path("recoveries/agreements/<int:pk>/", recoveries.agreement, name="agreement"),
    path("budgets/", budgets.budget_list, name="budgets"),
    path("budgets/forecast/", budgets.budget_forecast, name="budget_forecast"),
    path("budgets/requests/", budgets.budget_request_list, name="budget_request_list"),
    path("budgets/requests/new/", budgets.budget_request_new, name="budget_request_new"),
    path("budgets/requests/<int:pk>/", budgets.budget_request, name="budget_request"),
]

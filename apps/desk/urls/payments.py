"""Addresses of finance."""

from django.urls import path

from apps.desk.views import payments, releases
from apps.desk.views.ledger import budgets

urlpatterns = [
    path("", payments.payment_list, name="payment_list"),
    path("claims/<int:pk>/paid/", payments.payment_record, name="payment_record"),
    path("claims/<int:pk>/failed/", payments.payment_failed, name="payment_failed"),
    path("releases/<int:pk>/", releases.release_detail, name="release_detail"),
    path("releases/<int:pk>/state/", releases.release_progress, name="release_progress"),
    path("recoveries/", payments.recovery_list, name="recovery_list"),
    path("recoveries/<int:pk>/", payments.recovery_detail, name="recovery_detail"),
    path("budgets/", budgets.budget_list, name="budgets"),
    path("budgets/forecast/", budgets.budget_forecast, name="budget_forecast"),
    path("budgets/requests/", budgets.budget_request_list, name="budget_request_list"),
    path("budgets/requests/new/", budgets.budget_request_new, name="budget_request_new"),
    path("budgets/requests/<int:pk>/", budgets.budget_request, name="budget_request"),
]

"""Addresses of finance."""

from django.urls import path

from apps.desk.views import payments, releases

urlpatterns = [
    path("", payments.payment_list, name="payment_list"),
    path("claims/<int:pk>/paid/", payments.payment_record, name="payment_record"),
    path("claims/<int:pk>/failed/", payments.payment_failed, name="payment_failed"),
    path("releases/<int:pk>/", releases.release_detail, name="release_detail"),
    path("releases/<int:pk>/state/", releases.release_progress, name="release_progress"),
    path("recoveries/", payments.recovery_list, name="recovery_list"),
    path("recoveries/<int:pk>/", payments.recovery_detail, name="recovery_detail"),
    path("budgets/", payments.budgets, name="budgets"),
]

"""Addresses that follow the money."""

from django.urls import path

from apps.desk.views import claims

urlpatterns = [
    path("lines/<int:pk>/", claims.claim_trace, name="claim_trace"),
    path("enrolments/<int:pk>/", claims.enrolment_money, name="enrolment_money"),
]

"""Addresses of claims before the office."""

from django.urls import path

from apps.desk.views import claims

urlpatterns = [
    path("", claims.claim_list, name="claim_list"),
    path("<int:pk>/", claims.claim_review, name="claim_review"),
    path("<int:pk>/objection/", claims.claim_object, name="claim_object"),
]

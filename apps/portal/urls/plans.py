"""Addresses: plans."""

from django.urls import path

from apps.portal.views.plans import reading, writing

urlpatterns = [
    path("", reading.plan_list, name="plan_list"),
    path("new/", writing.plan_create, name="plan_create"),
    path("<int:pk>/", reading.plan_detail, name="plan_detail"),
    path("<int:pk>/decide/", reading.plan_decide, name="plan_decide"),
    path("<int:pk>/edit/", writing.plan_edit, name="plan_edit"),
    path("<int:pk>/edit/check/", writing.plan_check, name="plan_check"),
    path("<int:pk>/edit/<slug:step>/", writing.plan_step, name="plan_step"),
    path(
        "<int:pk>/edit/documents/<int:document>/remove/",
        writing.plan_document_remove,
        name="plan_document_remove",
    ),
]

"""Addresses: plans."""

from django.urls import path

from apps.desk.views.plans import consolidation, register, review

urlpatterns = [
    path("", register.plan_list, name="plan_list"),
    path("<int:pk>/", review.plan_review, name="plan_review"),
    path("<int:pk>/decide/", review.plan_decide, name="plan_decide"),
    path("<int:pk>/deficiencies/", review.plan_deficiencies, name="plan_deficiencies"),
    path("consolidations/", consolidation.consolidation_list, name="consolidation_list"),
    path("consolidations/new/", consolidation.consolidation_new, name="consolidation_new"),
    path("consolidations/<int:pk>/", consolidation.consolidation_detail, name="consolidation_detail"),
    path("consolidations/<int:pk>/file/", consolidation.consolidation_file, name="consolidation_file"),
]

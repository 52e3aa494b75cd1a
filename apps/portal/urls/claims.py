"""Addresses of claims."""

from django.urls import path

from apps.portal.views import claims, recoveries

urlpatterns = [
    path("", claims.claim_list, name="claim_list"),
    path("compute/", claims.claim_compute, name="claim_compute"),
    path("<int:pk>/", claims.claim_detail, name="claim_detail"),
    path("<int:pk>/recompute/", claims.claim_recompute, name="claim_recompute"),
    path("<int:pk>/lines/<int:line>/", claims.claim_line, name="claim_line"),
    path("recoveries/<int:pk>/", recoveries.recovery_notice, name="recovery_notice"),
    path("recoveries/<int:pk>/notice/", recoveries.recovery_pdf, name="recovery_pdf"),
    path("recoveries/<int:pk>/instalments/", recoveries.agreement_new, name="agreement_new"),
    path("recoveries/agreements/<int:pk>/", recoveries.agreement, name="agreement"),
]

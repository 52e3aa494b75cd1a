"""Addresses: registers of enterprises and institutions."""

from django.urls import path

from apps.desk.views.registers import enterprises, institutions

urlpatterns = [
    path("enterprises/", enterprises.enterprises, name="enterprises"),
    path("enterprises/<int:pk>/", enterprises.enterprise, name="enterprise"),
    path("enterprises/<int:pk>/standing/", enterprises.enterprise_standing, name="enterprise_standing"),
    path("bank-accounts/<int:pk>/", enterprises.bank_account, name="bank_account"),
    path("institutions/", institutions.institutions, name="institutions"),
    path("institutions/<int:pk>/", institutions.institution, name="institution"),
    path("institutions/<int:pk>/standing/", institutions.institution_standing, name="institution_standing"),
    path("institutions/<int:pk>/report/", institutions.institution_report, name="institution_report"),
    path("institutions/<int:pk>/scopes/", institutions.scope_new, name="scope_new"),
    path("institutions/<int:pk>/scopes/<int:scope>/end/", institutions.scope_end, name="scope_end"),
    path("institutions/<int:pk>/evaluations/", institutions.evaluation_new, name="evaluation_new"),
]

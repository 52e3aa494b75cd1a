"""Addresses of catalogues and dated figures."""

from django.urls import path

from apps.desk.views import catalogues

urlpatterns = [
    path("", catalogues.catalogues, name="catalogues"),
    path("minimum-wage/", catalogues.minimum_wage, name="minimum_wage"),
]

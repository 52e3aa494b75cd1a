"""Addresses of the dashboards."""

from django.urls import path

from apps.desk.views import dashboards

urlpatterns = [path("", dashboards.overview, name="dashboard")]

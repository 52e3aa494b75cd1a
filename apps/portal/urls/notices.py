"""Addresses of notices."""

from django.urls import path

from apps.portal.views import notices

urlpatterns = [
    path("", notices.notice_list, name="notice_list"),
    path("read/", notices.notices_read, name="notices_read"),
]

"""Where officials begin, and their notices."""

from django.urls import path

from apps.desk.views import dashboards, notices

urlpatterns = [
    path("", dashboards.home, name="home"),
    path("notices/", notices.notice_list, name="notice_list"),
    path("notices/read/", notices.notices_read, name="notices_read"),
]

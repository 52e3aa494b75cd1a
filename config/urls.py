"""The doors, and nothing else: each door lists its own pages."""

from django.urls import include, path

from apps.core.views.health import healthz
from apps.demo.views import CalendarView, let_days_pass

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/", include("apps.accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("portal/", include("apps.portal.urls")),
    path("desk/", include("apps.desk.urls")),
    path("api/", include("apps.api.urls")),
    path("api/v1/demo/calendar/", CalendarView.as_view(), name="demo_calendar"),
    path("demo/days/", let_days_pass, name="demo_days"),
    path("", include("apps.public.urls")),
]

handler400 = "apps.core.views.errors.bad_request"
handler403 = "apps.core.views.errors.permission_denied"
handler404 = "apps.core.views.errors.not_found"
handler500 = "apps.core.views.errors.server_error"

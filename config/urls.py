"""The doors, and nothing else: each door lists its own pages."""

from django.urls import include, path

from apps.core.views.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/", include("allauth.urls")),
    path("portal/", include("apps.portal.urls")),
    path("desk/", include("apps.desk.urls")),
    path("api/", include("apps.api.urls")),
    path("", include("apps.public.urls")),
]

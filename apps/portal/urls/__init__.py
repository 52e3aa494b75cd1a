"""The pages of this door, a file for each subject."""

from django.urls import include, path

app_name = "portal"
urlpatterns = [
    path("", include("apps.portal.urls.home")),
    path("cases/", include("apps.portal.urls.cases")),
    path("profile/", include("apps.portal.urls.profile")),
    path("plans/", include("apps.portal.urls.plans")),
    path("classes/", include("apps.portal.urls.classes")),
    path("training/", include("apps.portal.urls.training")),
    path("claims/", include("apps.portal.urls.claims")),
    path("notices/", include("apps.portal.urls.notices")),
    path("me/", include("apps.portal.urls.me")),
]

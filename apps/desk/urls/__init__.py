"""The pages of this door, a file for each subject."""

from django.urls import include, path

app_name = "desk"
urlpatterns = [
    path("", include("apps.desk.urls.home")),
    path("queue/", include("apps.desk.urls.queue")),
    path("cases/", include("apps.desk.urls.cases")),
    path("plans/", include("apps.desk.urls.plans")),
    path("classes/", include("apps.desk.urls.classes")),
    path("claims/", include("apps.desk.urls.claims")),
    path("objections/", include("apps.desk.urls.objections")),
    path("payments/", include("apps.desk.urls.payments")),
    path("banking/", include("apps.desk.urls.banking")),
    path("ledger/", include("apps.desk.urls.ledger")),
    path("reconciliation/", include("apps.desk.urls.reconciliation")),
    path("trace/", include("apps.desk.urls.trace")),
    path("dashboards/", include("apps.desk.urls.dashboards")),
    path("registers/", include("apps.desk.urls.registers")),
    path("catalogues/", include("apps.desk.urls.catalogues")),
    path("administration/", include("apps.desk.urls.administration")),
]

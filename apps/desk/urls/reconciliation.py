"""Addresses of the reconciliation."""

from django.urls import path

from apps.desk.views.reconciliation import breaks, corrections, overview

urlpatterns = [
    path("", overview.overview, name="reconciliation"),
    path("run/", overview.start, name="reconciliation_start"),
    path("runs/<int:pk>/", overview.run_detail, name="reconciliation_run"),
    path("runs/<int:pk>/state/", overview.run_progress, name="reconciliation_progress"),
    path("sums/", overview.sums_page, name="reconciliation_sums"),
    path("accounts/<int:pk>/", overview.balance_page, name="reconciliation_balance"),
    path("differences/", breaks.break_list, name="break_list"),
    path("differences/<int:pk>/", breaks.break_detail, name="break_detail"),
    path("differences/<int:pk>/take/", breaks.break_take, name="break_take"),
    path("differences/<int:pk>/correct/<slug:kind>/", corrections.correction_new, name="correction_new"),
    path("movements/<int:pk>/undo/", corrections.undo_new, name="movement_undo"),
    path("corrections/", corrections.correction_list, name="correction_list"),
    path("corrections/<int:pk>/", corrections.correction_detail, name="correction"),
    path("corrections/<int:pk>/undo/", corrections.correction_undo, name="correction_undo"),
    path("suspense/", corrections.suspense_page, name="suspense"),
]

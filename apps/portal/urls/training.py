"""Addresses: training of classes, its sessions, disputes and results."""

from django.urls import path

from apps.portal.views.training import classes, results, sessions, tables

urlpatterns = [
    path("", classes.training_list, name="training_list"),
    path("<int:pk>/", classes.training_class, name="training_class"),
    path("<int:pk>/record/", sessions.training_record, name="training_record"),
    path("<int:pk>/upload/<str:table>/", tables.training_upload, name="training_upload"),
    path("template/<str:table>.xlsx", tables.training_template, name="training_template"),
    path("to-correct/<str:token>.xlsx", tables.training_rows, name="training_rows"),
    path("sessions/<int:pk>/", sessions.training_session, name="training_session"),
    path("sessions/<int:pk>/take-back/", sessions.training_session_cancel, name="training_session_cancel"),
    path("disputes/<int:pk>/", sessions.training_dispute, name="training_dispute"),
    path("disputes/<int:pk>/answer/", sessions.training_dispute_answer, name="training_dispute_answer"),
    path("<int:pk>/results/", results.result_class, name="result_class"),
    path("<int:pk>/results/complete/", results.result_complete, name="result_complete"),
    path("<int:pk>/results/close/", results.result_close, name="result_close"),
]

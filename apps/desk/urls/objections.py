"""Addresses of objections to public notices."""

from django.urls import path

from apps.desk.views import objections

urlpatterns = [
    path("", objections.objection_list, name="objection_list"),
    path("<int:pk>/", objections.objection, name="objection"),
    path("<int:pk>/objector/", objections.objection_show, name="objection_show"),
    path("<int:pk>/file/", objections.objection_file, name="objection_file"),
    path("notices/<int:pk>/lines/<int:position>/new/", objections.objection_new, name="objection_new"),
]

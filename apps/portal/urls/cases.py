"""Addresses of what can be done with any case."""

from django.urls import path

from apps.portal.views import cases

urlpatterns = [
    path("<str:label>/<int:pk>/step/", cases.case_step, name="case_step"),
    path("<str:label>/<int:pk>/notes/", cases.case_note, name="case_note"),
    path("<str:label>/<int:pk>/documents/<int:document>/", cases.case_document, name="case_document"),
    path("<str:label>/<int:pk>/documents/", cases.case_upload, name="case_upload"),
    path(
        "<str:label>/<int:pk>/documents/<int:document>/remove/",
        cases.case_document_remove,
        name="case_document_remove",
    ),
]

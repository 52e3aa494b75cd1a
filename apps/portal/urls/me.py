"""Addresses: the apprentice's own record."""

from django.urls import path

from apps.portal.views import me

urlpatterns = [
    path("", me.me, name="me"),
    path("records/<int:pk>/", me.me_enrolment, name="me_enrolment"),
    path("records/<int:pk>/confirm/", me.me_confirm, name="me_confirm"),
    path("records/<int:pk>/dispute/", me.me_dispute, name="me_dispute"),
]

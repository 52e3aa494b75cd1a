"""Addresses: the enrolment review of classes, and enrolment records."""

from django.urls import path

from apps.desk.views.classes import enrolments, reading, review

urlpatterns = [
    path("", reading.class_list, name="class_list"),
    path("<int:pk>/", review.class_review, name="class_review"),
    path("enrolments/", enrolments.enrolment_list, name="enrolment_list"),
    path("enrolments/by-id/", enrolments.enrolment_by_id, name="enrolment_by_id"),
    path("enrolments/<int:pk>/", enrolments.enrolment_detail, name="enrolment_detail"),
    path("enrolments/<int:pk>/refuse/", review.enrolment_refuse, name="enrolment_refuse"),
    path("enrolments/<int:pk>/show/", enrolments.enrolment_show, name="enrolment_show"),
]

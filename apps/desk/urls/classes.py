"""Addresses: the enrolment review of classes, and enrolment records."""

from django.urls import path

from apps.desk.views.classes import enrolments, reading, review, training

urlpatterns = [
    path("", reading.class_list, name="class_list"),
    path("<int:pk>/", review.class_review, name="class_review"),
    path("<int:pk>/settle/", review.class_settle, name="class_settle"),
    path("<int:pk>/training/", training.class_training, name="class_training"),
    path("<int:pk>/training/file/", training.class_training_file, name="class_training_file"),
    path("sessions/<int:pk>/", training.training_session, name="training_session"),
    path("enrolments/<int:pk>/training/", training.enrolment_training, name="enrolment_training"),
    path("enrolments/", enrolments.enrolment_list, name="enrolment_list"),
    path("enrolments/by-id/", enrolments.enrolment_by_id, name="enrolment_by_id"),
    path("enrolments/<int:pk>/", enrolments.enrolment_detail, name="enrolment_detail"),
    path("enrolments/<int:pk>/refuse/", review.enrolment_refuse, name="enrolment_refuse"),
    path("enrolments/<int:pk>/show/", enrolments.enrolment_show, name="enrolment_show"),
]

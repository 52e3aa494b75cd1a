"""Addresses of the queue."""

from django.urls import path

from apps.desk.views import queue

urlpatterns = [
    path("", queue.queue, name="queue"),
    path("<str:label>/", queue.queue, name="queue_kind"),
    path("<str:label>/bulk/", queue.queue_bulk, name="queue_bulk"),
]

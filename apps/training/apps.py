"""Lessons, on-the-job sessions, credits, assessment and certificates."""

from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "apps.training"
    label = "training"

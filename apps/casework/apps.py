"""Transitions, history, decisions, deficiencies, deadlines, notes, notices."""

from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "apps.casework"
    label = "casework"

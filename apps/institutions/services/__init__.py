"""What may be done with training institutions. Import from here."""

from apps.institutions.services.directory import evaluate, list_institution, reinstate, remove, suspend
from apps.institutions.services.record import (
    add_licence_scope,
    change_institution,
    end_licence_scope,
    open_institution,
)

__all__ = [
    "add_licence_scope",
    "change_institution",
    "end_licence_scope",
    "evaluate",
    "list_institution",
    "open_institution",
    "reinstate",
    "remove",
    "suspend",
]

"""The colour family of each state word, one table for badges, charts and timelines.

Words are registered by the app that owns them; the same word means the same thing everywhere.
"""

from django.utils.functional import Promise

FAMILIES = frozenset({"neutral", "info", "good", "warn", "bad", "money"})
_TONES: dict[str, str] = {
    "draft": "neutral",
    "queued": "neutral",
    "closed": "neutral",
    "cancelled": "neutral",
    "submitted": "info",
    "running": "info",
    "in_progress": "info",
    "active": "good",
    "approved": "good",
    "done": "good",
    "paid": "money",
    "returned": "warn",
    "suspended": "warn",
    "overdue": "bad",
    "rejected": "bad",
    "failed": "bad",
    "dead": "bad",
}
_LABELS: dict[str, str | Promise] = {}


def register(tones: dict[str, str], labels: dict[str, str | Promise] | None = None) -> None:
    """Say which of the FAMILIES each state word belongs to, and how it is read."""
    for word, tone_name in tones.items():
        if tone_name not in FAMILIES:
            raise ValueError(f"{tone_name!r} is no colour family")
        _TONES[word] = tone_name
    _LABELS.update(labels or {})


def tone(word: str) -> str:
    """The family of a state word; neutral where nobody registered it."""
    return _TONES.get(word, "neutral")


def label(word: str) -> str:
    """How a state word is read where no model gives its own label."""
    return str(_LABELS.get(word, word.replace("_", " ")))

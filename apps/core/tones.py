"""The colour family of each state word, one table for badges, charts and timelines.

Apps register their words. A word that means different things in different tables ("open": a class in
training, a difference nobody has explained) is registered for the field that holds it, as
"training.dispute.state"; a word registered for no field is read alike wherever it stands.
"""

from django.db.models import Model
from django.utils.functional import Promise

FAMILIES = frozenset({"neutral", "info", "good", "warn", "bad", "money"})
ANYWHERE = ""
_TONES: dict[tuple[str, str], str] = {}
_LABELS: dict[str, str | Promise] = {}


def register(
    tones: dict[str, str], labels: dict[str, str | Promise] | None = None, *, of: str = ANYWHERE
) -> None:
    """Say which of the FAMILIES each state word belongs to, and how it is read.

    `of` is the field that holds the words ("app.model.field", small letters). Raises `ValueError` where
    the same word of the same field is given a second colour: such words need `of`.
    """
    for word, family in tones.items():
        if family not in FAMILIES:
            raise ValueError(f"{family!r} is no colour family")
        kept = _TONES.setdefault((of, str(word)), family)
        if kept != family:
            where = f" of {of}" if of else ""
            raise ValueError(f"{str(word)!r}{where} is {kept} already and cannot be {family} too")
    _LABELS.update(labels or {})


def field_of(thing: Model, name: str = "state") -> str:
    """What `of` is for a field of this object."""
    return f"{thing._meta.label_lower}.{name}"


def known(word: str, of: str = ANYWHERE) -> str | None:
    """The family that was chosen for a state word of a field, or for the word anywhere; None without one."""
    return _TONES.get((of, word)) or _TONES.get((ANYWHERE, word))


def tone(word: str, of: str = ANYWHERE) -> str:
    """The family of a state word; neutral where nobody registered it."""
    return known(word, of) or "neutral"


def label(word: str) -> str:
    """How a state word is read where no model gives its own label."""
    return str(_LABELS.get(word, word.replace("_", " ")))


def registered() -> set[tuple[str, str]]:
    """Every (field, word) with a colour; the field is empty where the word is read alike anywhere."""
    return set(_TONES)


register(
    {
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
        "refused": "bad",
        "failed": "bad",
        "dead": "bad",
    }
)

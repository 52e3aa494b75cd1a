"""The set-based statements of the reconciliation, one file a subject."""

from functools import lru_cache
from pathlib import Path

_FOLDER = Path(__file__).parent


@lru_cache
def statements(name: str) -> str:
    """The statements of a subject."""
    return (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")

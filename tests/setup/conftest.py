"""Tests of the launcher and of files: only those that say so need the database."""

import pytest


@pytest.fixture(autouse=True)
def _everything_touches_the_database() -> None:
    """Not here."""

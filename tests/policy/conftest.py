"""The two documents of the project, and folders of documents that a test may spoil."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from apps.policy.reader import policies_dir, read_document
from apps.policy.rules import Rules

SUCCESSOR = Path(__file__).parent / "documents" / "successor"


@pytest.fixture(scope="session")
def beijing() -> Rules:
    return read_document(policies_dir() / "beijing-2022-11")


@pytest.fixture(scope="session")
def nanjing() -> Rules:
    return read_document(policies_dir() / "nanjing-2019-53")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of both documents of the project and of a successor to Beijing's."""
    copy = tmp_path / "policies"
    shutil.copytree(policies_dir(), copy)
    shutil.copytree(SUCCESSOR, copy / "beijing-demo-successor")
    return copy


@pytest.fixture
def rewrite(folder: Path) -> Callable[..., Path]:
    """Replace a text in one file of a document (or append to it) and return the document's folder."""

    def change(document: str, file: str, old: str, new: str) -> Path:
        path = folder / document / file
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        assert not old or old in text
        path.write_text(text.replace(old, new, 1) if old else text + new, encoding="utf-8")
        return folder / document

    return change

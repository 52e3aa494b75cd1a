"""Which steps of the set-up are done: a step is repeated only when what it depends on has changed."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from scripts.launch.places import RUN


def fingerprint(files: Iterable[Path], *words: str) -> str:
    """A digest of the files' names and contents and of the words; a missing file counts as absent."""
    digest = hashlib.sha256("\0".join(words).encode())
    for file in sorted(files):
        content = hashlib.sha256(file.read_bytes()).digest() if file.is_file() else b"absent"
        digest.update(b"\0" + str(file).encode() + b"\0" + content)
    return digest.hexdigest()


class Stamp:
    """Remembers under `folder` for which fingerprint a step was last finished."""

    def __init__(self, name: str, value: str, folder: Path = RUN / "stamps") -> None:
        self.file = folder / name
        self.value = value

    def is_fresh(self) -> bool:
        """Whether the step was finished for exactly this fingerprint."""
        return self.file.is_file() and self.file.read_text() == self.value

    def set(self) -> None:
        """Note that the step is finished."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(self.value)

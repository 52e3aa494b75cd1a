"""Python's collector of cyclic garbage, told that a long piece of work is ahead."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# New objects between two collections, and how often the older ones are looked at. Python's own figure is 700:
# with some hundred thousand objects of libraries in memory, looking through them is a sixth of all work.
_THRESHOLDS = (50_000, 20, 100)


def collect_rarely() -> None:
    """From here on: what is loaded by now is not looked through again, and new objects seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """`collect_rarely` for the length of the block."""
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    collect_rarely()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        if not frozen:
            gc.unfreeze()

"""Python's collector of cyclic garbage, told that a long piece of work is ahead."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# New objects between two collections. Python's own figure is 700: with some hundred thousand objects of
# libraries in memory, looking through them is a sixth of all work.
NEW_OBJECTS = 50_000
# How often the older ones are looked at: every so many collections of the younger.
_OLDER, _OLDEST = 20, 100


def collect_rarely(new_objects: int = NEW_OBJECTS) -> None:
    """From here on: what is loaded by now is not looked through again, and new objects seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(new_objects, _OLDER, _OLDEST)


@contextmanager
def collecting_rarely(new_objects: int = NEW_OBJECTS) -> Iterator[None]:
    """`collect_rarely` for the length of the block; a process that has set things aside adds nothing."""
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    if not frozen:
        gc.collect()
        gc.freeze()
    gc.set_threshold(new_objects, _OLDER, _OLDEST)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        if not frozen:
            gc.unfreeze()

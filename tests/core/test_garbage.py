"""Collecting garbage rarely is a matter of a block, or of a process that serves from then on."""

import gc

from apps.core.garbage import collecting_rarely


def test_within_the_block_garbage_is_looked_for_rarely_and_afterwards_as_before():
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    gc.set_threshold(700, 10, 10)
    try:
        with collecting_rarely():
            assert gc.get_threshold()[0] > 700
            assert gc.get_freeze_count() > 0
        assert gc.get_threshold() == (700, 10, 10)
        assert (gc.get_freeze_count() > 0) == (frozen > 0)
    finally:
        gc.set_threshold(*before)

"""What `--plants` takes away is there: a check that was worded anew is named at once, not at night."""

import importlib
import inspect
import textwrap

import pytest

from tests.faults.planting import GUARDS

CHECKS = {guard.name: guard.source for guard in GUARDS if guard.source}


def test_no_two_guards_share_a_name():
    assert len({guard.name for guard in GUARDS}) == len(GUARDS)


@pytest.mark.parametrize("name", CHECKS)
def test_the_lines_of_a_planted_check_stand_once_in_its_service(name):
    module, function, lines, _instead = CHECKS[name]
    source = textwrap.dedent(inspect.getsource(getattr(importlib.import_module(module), function)))
    assert source.count(lines) == 1

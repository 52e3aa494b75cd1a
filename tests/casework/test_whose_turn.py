"""Nobody has to look into a queue to learn that a case waits for them."""

import pytest

from apps.casework import notices, subjects
from apps.casework.transitions import Transition

TOLD = {
    **notices._DISTRICT_ROLES,
    **notices._CITY_ROLES,
    **{name: role for name, (role, _attribute) in notices._ORGANISATION_ROLES.items()},
}
STEPS = [
    pytest.param(subject.table, step, id=f"{subject.label}-{step.action}-{step.target}")
    for subject in subjects.all_subjects()
    if subject.table
    for step in subject.table
]


@pytest.mark.parametrize(("table", "step"), STEPS)
def test_a_step_tells_some_of_those_who_act_next_unless_they_took_it_themselves(table, step: Transition):
    next_ones = table.working.get(step.target, frozenset())
    told = {TOLD[name] for name in step.notify if name in TOLD}
    assert not next_ones or next_ones <= step.roles or next_ones & told

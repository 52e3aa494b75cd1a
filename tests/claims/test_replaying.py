"""Every stored calculation comes out the same when it is computed again (I17)."""

import pytest
from django.core.management import CommandError, call_command

from apps.claims.models import Calculation
from apps.claims.replaying import differing
from tests.ledger.conftest import run


def test_the_whole_history_comes_out_the_same(paid_and_recovering):
    assert differing() == (Calculation.objects.count(), [])
    call_command("replay_calculations")


@pytest.mark.parametrize(
    "change",
    [
        "snapshot = jsonb_set(snapshot, '{facts,months}', '12')",
        "snapshot = jsonb_set(snapshot, '{amounts,advance_fen}', '1')",
        "snapshot = jsonb_set(snapshot, '{sha256}', '\"0\"')",
        "advance_fen = advance_fen - 1",
    ],
)
def test_one_that_was_changed_is_found(paid_and_recovering, owner, change):
    with owner():
        run("ALTER TABLE claims_calculation DISABLE TRIGGER USER")
        run(f"UPDATE claims_calculation SET {change} WHERE due_fen IS NULL")
    assert len(differing()[1]) == 1
    with pytest.raises(CommandError):
        call_command("replay_calculations")

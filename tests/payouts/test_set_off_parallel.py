"""Two claims of one enterprise are released at the same moment, each on its own connection: taken once."""

import pytest

from apps.core import invariants
from apps.payouts.models import Recovery, RecoveryOffset
from apps.payouts.services.release_payment import release_payment
from tests.claims.test_invariants import NUMBERS
from tests.factories import claims as make
from tests.factories.recoveries import LATER, another_class, owed
from tests.ledger.test_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_releases_at_once_set_one_recovery_off_once():
    of = make.money(people=1)
    claims = [make.signed(another_class(of, people=2), on=LATER) for _two in range(2)]
    recovery = owed(of)
    at_once(2, lambda n: release_payment(of.finance, claims[n], on=LATER).state)
    recovery = Recovery.objects.get(pk=recovery.pk)
    assert (recovery.state, recovery.offset_fen) == ("repaid", recovery.amount_fen)
    assert sum(RecoveryOffset.objects.values_list("amount_fen", flat=True)) == recovery.amount_fen
    assert all(found.holds for found in invariants.audit([*NUMBERS, "I1", "I5d", "I5e", "I7"]))

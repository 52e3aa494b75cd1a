"""Claims in every end that they can come to, and a connection that may act as the owner of the tables."""

from datetime import timedelta

import pytest

from apps.apprentices.services import withdraw_enrolment
from apps.casework.engine import Opinion
from apps.claims.enums import ClaimKind
from apps.claims.models import Claim
from apps.payouts.models import Recovery
from apps.payouts.services.receive_recovery import receive_recovery
from apps.payouts.services.record_payment import record_failure, record_payment
from apps.payouts.services.release_payment import release_payment
from apps.payouts.services.sign_recovery import sign_recovery
from tests.factories import claims as make
from tests.factories.apprentices import ON
from tests.ground import stands
from tests.ledger.conftest import owner, without

__all__ = ["owner", "without"]
LATER = ON + timedelta(days=30)


@pytest.fixture
@stands
def paid_and_recovering() -> tuple[Claim, Claim]:
    """An advance that was paid at the second attempt; then one passed, two left, part of it came back."""
    of = make.money(people=3, special_fen=24_000_00)
    advance = release_payment(of.finance, make.signed(of), on=ON)
    advance = record_failure(of.finance, advance, on=ON, opinion=Opinion(reason="账号户名不符"))
    advance = release_payment(of.finance, advance, on=ON)
    advance = record_payment(of.finance, advance, on=ON, paid_on=ON, bank_serial="S1")
    make.evidence(of)
    first, second, third = of.enrolments()
    make.result(of, first, "passed", certificate=True, on=LATER)
    for gone in (second, third):
        withdraw_enrolment(of.clerk, gone, on=LATER, opinion=Opinion(reason="离职"))
    claim = sign_recovery(of.supervisor, make.approved(of, ClaimKind.REMAINDER, on=LATER), on=LATER)
    receive_recovery(
        of.finance,
        Recovery.objects.get(claim=claim),
        amount_fen=100,
        received_on=LATER,
        bank_serial="S2",
        key="receipt",
        on=LATER,
    )
    claim.refresh_from_db()
    return advance, claim

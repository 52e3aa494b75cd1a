"""Objects of recoveries for the permission matrix: write-offs and instalment agreements."""

from datetime import timedelta

from apps.payouts.models import InstalmentAgreement, RecoveryWriteOff
from apps.payouts.services.agree_instalments import request_agreement
from apps.payouts.services.write_off import request_write_off
from tests.factories.apprentices import ON
from tests.factories.claims import Money
from tests.factories.recoveries import paper
from tests.permission_cases import AUDIT, MONEY, OFFICE, _both, _recovery
from tests.permission_objects import Pair, World, objects


def write_off(of: Money) -> RecoveryWriteOff:
    """A write-off that waits for its second signature."""
    recovery = _recovery(of)
    found = RecoveryWriteOff.objects.filter(recovery=recovery).first()
    return found or request_write_off(
        of.finance, recovery, amount_fen=1, document="依据", reason="无法追回", upload=paper(), on=ON
    )


def agreement(of: Money) -> InstalmentAgreement:
    """An instalment agreement that waits for its second signature."""
    recovery = _recovery(of)
    found = InstalmentAgreement.objects.filter(recovery=recovery).first()
    days = (ON + timedelta(days=10), ON + timedelta(days=20))
    return found or request_agreement(
        of.finance,
        recovery,
        schedule=[(days[0], 1), (days[1], recovery.open_fen - 1)],
        document="协议",
        upload=paper(),
        on=ON,
    )


_STEPS = ("detail", "history", "documents", "submit", "sign", "refuse", "withdraw")


@objects("desk:write_off", *(f"api:write-off-{name}" for name in _STEPS))
def _write_offs(world: World) -> Pair:
    return _both(world, write_off, seen_by=OFFICE | AUDIT, may_refuse=True)


@objects("desk:agreement", "portal:agreement", *(f"api:agreement-{name}" for name in _STEPS))
def _agreements(world: World) -> Pair:
    return _both(world, agreement, seen_by=MONEY, may_refuse=True)

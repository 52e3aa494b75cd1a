"""Objects of the reconciliation for the permission matrix."""

from apps.banking.models import PayingAccount
from apps.core.models import Job
from apps.reconciliation.models import Break, Correction, Run
from tests.factories import reconciliation as make
from tests.factories.apprentices import ON
from tests.factories.claims import SPECIAL, Money
from tests.permission_banking import TREASURY, _account, _movement
from tests.permission_cases import _both
from tests.permission_objects import Pair, World, objects


def difference(of: Money) -> Break:
    """Money on the account of a district that nothing explains; where all is explained, its balance."""
    line = _movement(of)
    of_line = Break.objects.filter(line=line, kind="line_in")
    if not of_line.exists():
        make.run(ON)
    district = of.training_class.district_id
    return of_line.first() or Break.objects.get(district=district, kind="balance")


def correction(of: Money) -> Correction:
    """A correction of it that waits for its second signature."""
    row = difference(of)
    found = Correction.objects.filter(difference=row).first()
    return found or make.requested(of.finance, row, "suspense", fund=SPECIAL, on=ON)


@objects(
    "desk:break_detail",
    "desk:break_take",
    *(f"api:difference-{name}" for name in ("detail", "take", "give-back")),
)
def _difference(world: World) -> Pair:
    return _both(world, difference, may_refuse=True)


@objects("desk:correction_new")
def _correction_new(world: World) -> Pair:
    own, foreign = difference(world.of), difference(world.foreign_of)
    return Pair({"pk": own.pk, "kind": "suspense"}, {"pk": foreign.pk, "kind": "suspense"})


@objects(
    "desk:correction",
    # Its page refuses whoever may see it: it undoes a signed one of two kinds.
    "desk:correction_undo",
    *(
        f"api:correction-{name}"
        for name in ("detail", "history", "documents", "submit", "sign", "refuse", "withdraw")
    ),
)
def _correction(world: World) -> Pair:
    return _both(world, correction, may_refuse=True)


@objects("desk:reconciliation_balance")
def _balance(world: World) -> Pair:
    def account(of: Money) -> PayingAccount:
        return _account(of)

    return _both(world, account)


@objects("desk:reconciliation_run", "desk:reconciliation_progress", "api:job-detail")
def _job(world: World) -> Pair:
    """A run is one for the whole city."""
    difference(world.of)
    return Pair({"pk": Job.objects.filter(kind="reconciliation.run").latest("id").pk}, seen_by=TREASURY)


@objects("api:reconciliation-run-detail")
def _run(world: World) -> Pair:
    difference(world.of)
    return Pair({"pk": Run.objects.latest("id").pk}, seen_by=TREASURY)

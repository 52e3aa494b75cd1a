"""The reconciliation's part of the mirror: differences, sums, balances, a correction, a match undone."""

from datetime import date

from apps.banking.models import StatementMatch
from apps.banking.services.match_lines import match_open_lines
from apps.banking.services.undo_match import undo_match
from apps.reconciliation.models import Break
from apps.reconciliation.services.correct import Wanted, request_correction
from tests.factories import reconciliation as make
from tests.factories.claims import SPECIAL
from tests.permission_objects import World

_DAY = date(2023, 6, 1)


def reconcile(world: World, mark: str) -> None:
    """Compare both districts, write a correction in each, and undo a match in each."""
    make.run(_DAY)
    for district, of, text in (
        (world.district, world.of, "本区"),
        (world.foreign_district, world.foreign_of, mark),
    ):
        row = Break.objects.get(district=district, kind="balance")
        wanted = Wanted(kind="opening", document=f"{text}〔2023〕1号", explanation=text, fund=SPECIAL)
        request_correction(of.finance, row, wanted, upload=make.document(), on=_DAY)
        match = StatementMatch.objects.filter(kind="payment", line__paying_account__district=district).first()
        assert match is not None
        undo_match(of.finance, match, reason=text)
        match_open_lines(of.finance, match.line.paying_account_id, on=_DAY)

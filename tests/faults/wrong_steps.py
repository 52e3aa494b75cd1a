"""Steps that undo a signed correction: money that was not paid back, an opening balance of the wrong fund."""

from apps.reconciliation.models import Correction
from apps.reconciliation.services.correct import Wanted
from apps.reconciliation.services.undo_correction import request_undoing_of
from tests.factories.recoveries import paper as document
from tests.faults.figures import DONE, Paper
from tests.faults.paper_steps import KINDS, hand_in
from tests.faults.undo_steps import Undoing
from tests.faults.world import World

KINDS_UNDONE = {"pay_back": "undo_payback", "opening": "undo_opening"}


def undo_correction(world: World) -> bool:
    """Finance says that a signed correction was wrong; another person signs. Now and then a second time."""
    wrong = [
        paper
        for paper in world.papers
        if paper.what == "correction:" and paper.state == "signed" and paper.about.kind in KINDS_UNDONE
    ]
    if not wrong:
        return False
    paper = world.dice.choice(wrong)
    kind = KINDS_UNDONE[paper.about.kind]

    def may(_world: World) -> bool:
        return not paper.about.undone

    about = Undoing(kind, paper.pk, may, lambda world: _undone(world, paper))
    waiting = any(
        other.state == "submitted" and isinstance(other.about, Undoing) and other.about.kind == kind
        and other.about.subject == paper.pk
        for other in world.papers
    )  # fmt: skip
    wanted = Wanted(kind=kind, document="来函", explanation="更正有误")
    hand_in(
        world, f"correction: {kind} {paper.pk}", KINDS["correction:"],
        lambda: request_undoing_of(
            world.town.finance, Correction.objects.get(pk=paper.pk), wanted, upload=document(), on=world.day
        ),
        "correction_under_way" if waiting else DONE if may(world) else "incomplete", about,
        world.town.finance,
    )  # fmt: skip
    return True


def _undone(world: World, paper: Paper) -> None:
    paper.about.undone = True
    if paper.about.kind == "opening":
        fund, fen = paper.about.opened
        world.audit.open_account(fund, -fen)
        world.opened_fen -= fen
        return
    paper.about.item.about.cleared = False
    world.audit.unbook(paper.about.stray)

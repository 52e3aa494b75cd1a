"""Steps of two persons: one hands in a paper, another signs it; refused, taken back, asked for twice.

Write-offs, instalment agreements, changes of budgets; corrections are in `correction_steps.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import models

from apps.accounts.actors import Actor
from apps.casework.engine import Opinion
from apps.payouts.models import BudgetRequest, InstalmentAgreement, RecoveryWriteOff
from apps.payouts.services import agree_instalments as agreeing
from apps.payouts.services import request_budget as budgeting
from apps.payouts.services import write_off as writing_off
from apps.payouts.tasks import follow_recoveries
from tests.factories.apprentices import ON
from tests.factories.recoveries import paper as document
from tests.faults.figures import DONE, Agreement, Claim, Paper
from tests.faults.town import DISTRICT
from tests.faults.town_steps import notice
from tests.faults.world import CRASHED, World


@dataclass(frozen=True)
class Kind:
    """What is done with one kind of paper, and what the auditor says of it."""

    model: type[models.Model]
    sign: Callable
    refuse: Callable
    withdraw: Callable
    # Whether the signature is allowed now, and what it does.
    may: Callable[[World, Paper], bool]
    note: Callable[[World, Paper], None]
    signed: str = "signed"
    # Who signs, and the same person in another part.
    signer: str = "supervisor"
    double: str = "finance_as_supervisor"


def row_of(kind: Kind, paper: Paper) -> Any:
    """The paper as it is stored."""
    return kind.model._default_manager.get(pk=paper.pk)


def hand_in(
    world: World, name: str, kind: Kind, request: Callable[[], Any], allowed: str, about: Any, by: Actor
) -> Paper | None:
    """One person asks, with a document; returns the paper where it was taken."""
    rows = kind.model._default_manager
    newest = rows.order_by("-pk").values_list("pk", flat=True).first() or 0
    made: list[Paper] = []

    def note(_came: object) -> None:
        pk = rows.order_by("-pk").values_list("pk", flat=True).first()
        made.append(Paper(pk, name.split(" ", maxsplit=1)[0], about, by))
        world.papers.append(made[0])

    world.ask(name, request, allowed, then=note, seen=lambda: rows.filter(pk__gt=newest).exists())
    return made[0] if made else None


def decide(world: World, paper: Paper) -> bool:
    """Whoever has the paper on the desk signs it, or it is refused or taken back."""
    kind = KINDS[paper.what]
    drawn = 1.0 if world.calm else world.dice.random()
    allowed = kind.may(world, paper)
    if drawn < 0.1:
        _step(world, paper, kind.refuse, getattr(world.town, kind.signer), DONE, "refused")
    elif drawn < 0.2 or (world.calm and not allowed):
        _step(world, paper, kind.withdraw, paper.by, DONE, "withdrawn")
    else:
        if drawn < 0.3 and paper.by is world.town.finance:
            _step(world, paper, kind.sign, getattr(world.town, kind.double), "segregation", kind.signed)
        answer = DONE if allowed else "incomplete"
        signer = getattr(world.town, kind.signer)
        answer = _step(world, paper, kind.sign, signer, answer, kind.signed, kind.note)
        if answer == DONE and drawn < 0.4:
            again = {"wrong_state", "stale_version"}
            _step(world, paper, kind.sign, signer, again, kind.signed)
    return True


def _step(
    world: World, paper: Paper, service: Callable, actor: Actor, allowed: Any, target: str,
    then: Callable[[World, Paper], None] | None = None,
) -> str:  # fmt: skip
    shown = row_of(KINDS[paper.what], paper)
    model = KINDS[paper.what].model._default_manager

    def note(_came: object) -> None:
        paper.state = target
        if isinstance(paper.about, Agreement) and target != "in_force":
            paper.about.state = target
        if then is not None:
            then(world, paper)

    reached = {target} if target != "in_force" else {"in_force", "ended"}
    return world.ask(
        f"{service.__name__} {shown.number}",
        lambda: service(actor, shown, on=world.day, opinion=Opinion(reason="已核")),
        allowed,
        then=note,
        seen=lambda: isinstance(allowed, str) and model.filter(pk=paper.pk, state__in=reached).exists(),
    )


def waiting(world: World, what: str, claim: Claim | None = None) -> list[Paper]:
    """Papers of a kind that nobody has decided on, of a claim or of all."""
    found = [paper for paper in world.papers if (paper.what, paper.state) == (what, "submitted")]
    return [paper for paper in found if claim is None or paper.about[0] is claim]


# Write-offs.


def ask_write_off(world: World, claim: Claim) -> bool:
    """Finance asks that a recovery, or a part of it, be given up; now and then more than is open."""
    if claim.open_fen <= 0:
        return False
    fen = world.dice.choice((claim.open_fen, claim.open_fen, max(1, claim.open_fen // 3), claim.open_fen + 1))
    allowed = DONE if world.audit.may_write_off(claim, fen) else "incomplete"
    if waiting(world, "write-off", claim):
        allowed = "write_off_open"
    found = notice(claim)
    hand_in(
        world, f"write-off of {fen} of {claim.number}", WRITE_OFF,
        lambda: writing_off.request_write_off(
            world.town.finance, found, amount_fen=fen, document="京财〔2023〕9号", reason="企业注销",
            upload=document(), on=world.day,
        ),
        allowed, (claim, fen), world.town.finance,
    )  # fmt: skip
    return True


# Instalments.


def ask_instalments(world: World, claim: Claim) -> bool:
    """Finance or the enterprise asks to repay in instalments; now and then of another sum."""
    if claim.open_fen < 3:
        return False
    by = world.dice.choice((world.town.finance, world.actor_of(claim)))
    wrong = world.dice.random() < 0.15
    left, schedule = claim.open_fen + wrong, []
    day = world.day + timedelta(days=world.dice.choice((0, 1, 4)))
    count = world.dice.choice((2, 2, 3))
    for place in range(count):
        fen = left if place == count - 1 else max(1, left // (count - place))
        schedule.append((day, fen))
        left -= fen
        day += timedelta(days=world.dice.choice((1, 2, 9)))
    running = claim.agreement is not None and claim.agreement.state in ("submitted", "in_force")
    allowed = "agreement_open" if running else "invalid_input" if wrong else DONE
    found = notice(claim)
    agreement = Agreement(claim.open_fen, schedule)
    made = hand_in(
        world, f"agreement of {count} instalments over {claim.number}", AGREEMENT,
        lambda: agreeing.request_agreement(
            by, found, schedule=schedule, document="分期协议", upload=document(), on=world.day
        ),
        allowed, agreement, by,
    )  # fmt: skip
    if made is not None:
        claim.agreement = agreement
    return True


def follow(world: World) -> bool:
    """The daily look at agreements: those that were not kept end. Reminders go out."""
    in_force = any(c.agreement and c.agreement.state == "in_force" for c in world.audit.claims.values())
    if in_force:
        world.day_passes(world.dice.choice((0, 1, 2, 5, 9)))
    late = world.audit.missed()
    papers = [paper for paper in world.papers if any(paper.about is claim.agreement for claim in late)]
    numbers = [claim.number for claim in late]

    def note(_came: object) -> None:
        for claim in late:
            world.kinds["agreement broken"] += 1
            world.audit.break_agreement(claim)

    answer = world.ask(
        f"follow recoveries, missed are {numbers}", follow_recoveries, DONE, then=note, seen=lambda: False
    )
    if answer == CRASHED:
        for paper in papers:
            if InstalmentAgreement.objects.filter(pk=paper.pk, state="broken").exists():
                world.audit.break_agreement(next(c for c in late if c.agreement is paper.about))
    return in_force


def _claim_of(world: World, paper: Paper) -> Claim:
    return next(claim for claim in world.audit.claims.values() if claim.agreement is paper.about)


# Budgets.


def ask_budget(world: World) -> bool:
    """Finance asks that a budget be raised, cut or moved; now and then by more than is free."""
    funds = world.audit.rules.fund_order
    fund = world.dice.choice(funds)
    kind = world.dice.choice(("appropriate", "cut", "cut", "move", "move"))
    free = max(world.audit.free(fund), 0)
    fen = world.dice.choice((free or 1, max(1, free // 2), max(1, free // 2), free + 1))
    other = next(name for name in funds if name != fund) if kind == "move" else ""
    wanted = budgeting.Wanted(
        kind=kind, fund=fund, district=DISTRICT, year=ON.year, amount_fen=fen, document="京财社〔2023〕7号",
        to_fund=other,
    )  # fmt: skip
    by = world.dice.choice((world.town.finance, world.town.city_finance))
    hand_in(
        world, f"budget: {kind} {fen} of {fund} {other}", BUDGET,
        lambda: budgeting.request_budget(by, wanted, upload=document(), on=world.day),
        DONE if kind == "appropriate" or fen <= free else "incomplete",
        wanted, by,
    )  # fmt: skip
    return True


def _may_change(world: World, paper: Paper) -> bool:
    wanted = paper.about
    return wanted.kind == "appropriate" or wanted.amount_fen <= world.audit.free(wanted.fund)


def _change(world: World, paper: Paper) -> None:
    wanted = paper.about
    world.audit.appropriate(wanted.fund, wanted.amount_fen * (1 if wanted.kind == "appropriate" else -1))
    if wanted.kind == "move":
        world.audit.appropriate(wanted.to_fund, wanted.amount_fen)


WRITE_OFF = Kind(
    RecoveryWriteOff, writing_off.sign_write_off, writing_off.refuse_write_off,
    writing_off.withdraw_write_off,
    may=lambda world, paper: world.audit.may_write_off(*paper.about),
    note=lambda world, paper: world.audit.write_off(*paper.about),
)  # fmt: skip
AGREEMENT = Kind(
    InstalmentAgreement, agreeing.sign_agreement, agreeing.refuse_agreement, agreeing.withdraw_agreement,
    may=lambda world, paper: world.audit.may_agree(_claim_of(world, paper), paper.about),
    note=lambda world, paper: world.audit.agree(_claim_of(world, paper), paper.about),
    signed="in_force",
)  # fmt: skip
BUDGET = Kind(
    BudgetRequest, budgeting.sign_request, budgeting.refuse_request, budgeting.withdraw_request,
    may=_may_change, note=_change,
)  # fmt: skip
KINDS: dict[str, Kind] = {"write-off": WRITE_OFF, "agreement": AGREEMENT, "budget:": BUDGET}

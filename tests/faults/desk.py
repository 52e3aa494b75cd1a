"""What lies on the desks: the next step of what is there, as an ordinary day takes it."""

from tests.faults import answer_steps as answers
from tests.faults import background_steps as background
from tests.faults import batch_steps as batches
from tests.faults import claim_steps as claims
from tests.faults import correction_steps as corrections
from tests.faults import paper_steps as papers
from tests.faults import town_steps as others
from tests.faults.world import World


def ordinary(world: World) -> bool:
    """Somebody does what lies on the desk."""
    desk = [
        *world.claims(
            "draft", "returned", "district_review", "second_signature", "approved", "payee_signature"
        )
    ]
    files = world.in_states("draft", "checked", "signed", "sent", "answered")
    choices = [("claim", claim) for claim in desk] + [("batch", batch) for batch in files]
    choices += [("build", None)] if world.claims("released") else []
    choices += [("message", None)] * len(world.broker.queue)
    choices += [("owing", claim) for claim in world.claims("recovering")]
    choices += [("paper", paper) for paper in world.papers if paper.state == "submitted"] * 2
    choices += [("stray", None)] if world.unexplained() else []
    if not choices:
        return claims.compute(world)
    kind, case = world.dice.choice(choices)
    if kind == "claim":
        return claims.go_on(world, case)
    if kind == "build":
        return batches.build(world)
    if kind == "message":
        return background.deliver(world)
    if kind == "owing":
        steps = (others.repay, others.repay, papers.ask_write_off, papers.ask_instalments)
        return world.dice.choice(steps)(world, case)
    if kind == "paper":
        return papers.decide(world, case)
    if kind == "stray":
        return corrections.ask_correction(world) or background.reconcile(world)
    if case.state == "sent":
        if not answers.settle(world, case) or world.dice.random() < 0.5:
            return answers.result(world, case, by_job=world.dice.random() < 0.3)
        return True
    return batches.batch_on(world, case)


def some_paper(world: World) -> bool:
    """One of the papers that wait for a signature is decided on."""
    found = [paper for paper in world.papers if paper.state == "submitted"]
    return papers.decide(world, world.dice.choice(found)) if found else False

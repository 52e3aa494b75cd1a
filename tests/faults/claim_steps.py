"""Steps with claims: computed, handed in, reviewed, signed, released, recovered; new accounts."""

from apps.accounts.actors import Actor
from apps.apprentices.models import TrainingClass
from apps.casework.engine import Opinion
from apps.claims.enums import ClaimKind
from apps.claims.models import Claim as Row
from apps.claims.services.compute_claim import compute_claim, recompute_claim
from apps.claims.services.renew_account import present_account, refuse_account, sign_account
from apps.claims.services.review_claim import approve_claim, reject_claim, return_claim
from apps.claims.services.revoke_claim import revoke_claim
from apps.claims.services.sign_claim import sign_claim
from apps.claims.services.submit_claim import submit_claim
from apps.payouts.models import PaymentOrder, RecoveryReceipt
from apps.payouts.services.record_payment import record_failure, record_payment
from apps.payouts.services.release_payment import release_payment
from apps.payouts.services.sign_recovery import sign_recovery, sign_settled
from tests.faults.figures import ADVANCE, DONE, REMAINDER, Claim
from tests.faults.world import World

SIGNATURES = {"sign": sign_claim, "sign_recovery": sign_recovery, "sign_settled": sign_settled}
DEFECT = ({"code": "other", "text": "材料不清晰", "article": "五"},)


def row(claim: Claim) -> Row:
    """The claim as it is stored."""
    return Row.objects.select_related("training_class__plan").get(pk=claim.pk)


def stands_at(claim: Claim, *states: str) -> bool:
    """Whether the stored claim is in one of these states: the one row that is asked after a crash."""
    return Row.objects.filter(pk=claim.pk, state__in=states).exists()


def move(
    world: World, claim: Claim, service, actor: Actor, allowed, target: str, then, *, opinion=None
) -> str:
    """One step of a claim; now and then asked twice, with what was on the screen the first time."""
    shown = row(claim)
    more = {} if opinion is None else {"opinion": opinion}

    def request():
        return service(actor, shown, on=world.day, **more)

    name = f"{service.__name__} {claim.number}"
    answer = world.ask(name, request, allowed, then=then, seen=lambda: stands_at(claim, target))
    if answer == DONE and not world.calm and world.dice.random() < 0.1:
        world.ask(f"{name} again", request, {"wrong_state", "stale_version"}, seen=lambda: False)
    return answer


# Before money is promised.


def compute(world: World, shop: int | None = None, kind: str = "") -> bool:
    """An enterprise has a claim computed."""
    shop = world.dice.randrange(len(world.town.shops)) if shop is None else shop
    kind = kind or world.dice.choice((ADVANCE, REMAINDER))
    people = world.audit.candidates(shop, kind)
    if not people and world.dice.random() < 0.8:
        return False
    found = world.town.shops[shop]
    before = Row.objects.order_by("-pk").values_list("pk", flat=True).first()
    training_class = TrainingClass.objects.get(pk=found.class_id)

    def newest() -> Row | None:
        return Row.objects.filter(training_class=training_class, pk__gt=before).order_by("-pk").first()

    def note(_came: object) -> None:
        made = newest()
        claim = world.audit.compute(made.pk, made.number, kind, shop)
        world.trace[-1] += f" {claim.number} of {[line.amount for line in claim.lines]}"

    world.ask(
        f"compute {kind} of class {shop}",
        lambda: compute_claim(found.money.clerk, training_class, ClaimKind(kind), on=world.day),
        DONE if people else "nobody_to_claim_for",
        then=note,
        seen=lambda: newest() is not None,
    )
    return True


def go_on(world: World, claim: Claim) -> bool:
    """Whoever has the claim on the desk takes the next ordinary step."""
    step = {
        "draft": submit,
        "returned": correct,
        "district_review": review,
        "second_signature": sign,
        "approved": release,
        "payee_signature": sign_new_account,
    }.get(claim.state)
    return step(world, claim) if step else False


def submit(world: World, claim: Claim) -> bool:
    allowed = DONE if world.audit.stands(claim) else "incomplete"
    actor = world.actor_of(claim)
    answer = move(
        world, claim, submit_claim, actor, allowed, "district_review", lambda _r: claim.go("district_review")
    )
    if answer == "incomplete":
        return correct(world, claim)
    return True


def correct(world: World, claim: Claim) -> bool:
    """The enterprise has the lines computed anew and hands the claim in again."""
    clerk = world.actor_of(claim)
    version = row(claim).version
    shown = row(claim)
    before, claim.lines = claim.lines, []
    possible = bool(world.audit.candidates(claim.shop, claim.kind))
    claim.lines = before
    answer = world.ask(
        f"recompute {claim.number}",
        lambda: recompute_claim(clerk, shown),
        DONE if possible else "nobody_to_claim_for",
        then=lambda _r: world.audit.recompute(claim),
        seen=lambda: Row.objects.filter(pk=claim.pk, version__gt=version).exists(),
    )
    if answer == DONE:
        allowed = DONE if world.audit.stands(claim) else "incomplete"
        move(
            world,
            claim,
            submit_claim,
            clerk,
            allowed,
            "district_review",
            lambda _r: claim.go("district_review"),
        )
    elif answer == "nobody_to_claim_for":
        give_up(world, claim)
    return True


def give_up(world: World, claim: Claim) -> None:
    """A claim for nobody is withdrawn by its enterprise."""
    from apps.claims.services.submit_claim import withdraw_claim

    reason = Opinion(reason="无人可申请")
    allowed = {DONE}
    move(
        world, claim, withdraw_claim, world.actor_of(claim), allowed, "withdrawn",
        lambda _r: claim.go("withdrawn"), opinion=reason,
    )  # fmt: skip


def review(world: World, claim: Claim) -> bool:
    stands = world.audit.stands(claim)
    drawn = world.dice.random()
    reason = Opinion(reason="材料不清晰", deficiencies=DEFECT)
    if not world.calm and drawn < 0.03:
        move(
            world, claim, reject_claim, world.town.reviewer, DONE, "rejected",
            lambda _r: claim.go("rejected"), opinion=reason,
        )  # fmt: skip
    elif (not world.calm and drawn < 0.1) or (world.calm and not stands):
        move(
            world, claim, return_claim, world.town.reviewer, DONE, "returned",
            lambda _r: claim.go("returned"), opinion=reason,
        )  # fmt: skip
    else:
        allowed = DONE if stands else "incomplete"
        move(
            world, claim, approve_claim, world.town.reviewer, allowed, "second_signature",
            lambda _r: claim.go("second_signature"),
        )  # fmt: skip
    return True


def sign(world: World, claim: Claim) -> bool:
    """The second signature; now and then by the wrong person or on the wrong form."""
    action = "sign" if claim.net > 0 else "sign_recovery" if claim.net < 0 else "sign_settled"
    if not world.calm and world.dice.random() < 0.05:
        move(world, claim, sign_claim, world.town.reviewer, "not_your_step", "approved", None)
    if not world.calm and world.dice.random() < 0.05:
        action = world.dice.choice(sorted(SIGNATURES))
    allowed = world.audit.answer_to_signature(claim, action)
    target = {"sign": "approved", "sign_recovery": "recovering", "sign_settled": "settled"}[action]
    answer = move(
        world, claim, SIGNATURES[action], world.town.supervisor, allowed, target,
        lambda _r: world.audit.sign(claim, action),
    )  # fmt: skip
    if answer == "incomplete" and world.calm:
        from apps.claims.services.review_claim import send_back_claim

        move(
            world, claim, send_back_claim, world.town.supervisor, DONE, "district_review",
            lambda _r: claim.go("district_review"), opinion=Opinion(reason="记录有变"),
        )  # fmt: skip
    return answer == DONE or not world.calm or answer == "incomplete"


# When it is promised.


def release(world: World, claim: Claim) -> bool:
    """Finance releases one claim; where the account changed, the new one is put up for signature.

    Now and then the supervisor revokes the approval before, which is refused once an order was made.
    """
    if not world.calm and world.dice.random() < 0.03:
        revoke(world, claim)
        return True
    whole = world.audit.is_set_off_whole(claim)
    same = whole or claim.signed_account == world.audit.accounts[claim.shop]
    if not world.calm and world.dice.random() < 0.05:
        allowed = "segregation"
        move(world, claim, release_payment, world.town.twin, allowed, "released", None)
    if not same and (world.calm or world.dice.random() < 0.5):

        def put_up(_came: object) -> None:
            claim.presented_account = world.audit.accounts[claim.shop]
            claim.go("payee_signature")

        move(world, claim, present_account, world.town.finance, DONE, "payee_signature", put_up)
        return True

    def note(_came: object) -> None:
        if world.audit.set_offs(claim):
            world.kinds["released with a set-off"] += 1
        world.audit.release(claim, f"{claim.number}-{len(claim.orders) + 1}")

    move(
        world, claim, release_payment, world.town.finance, DONE if same else "payee_changed",
        "settled" if whole else "released", note,
    )  # fmt: skip
    return True


def revoke(world: World, claim: Claim) -> None:
    """The supervisor signed by mistake."""
    allowed = "released_once" if claim.orders else DONE
    move(
        world, claim, revoke_claim, world.town.supervisor, allowed, "rejected",
        lambda _r: world.audit.revoke(claim), opinion=Opinion(reason="审核有误"),
    )  # fmt: skip


def sign_new_account(world: World, claim: Claim) -> bool:
    """The account that was presented is signed, and no other; now and then it is not."""
    stands = claim.presented_account == world.audit.accounts[claim.shop]
    if (world.calm and not stands) or (not world.calm and world.dice.random() < 0.1):
        move(
            world, claim, refuse_account, world.town.supervisor, DONE, "approved",
            lambda _r: claim.go("approved"), opinion=Opinion(reason="账户又有变更"),
        )  # fmt: skip
        return True

    def note(_came: object) -> None:
        claim.signed_account = world.audit.accounts[claim.shop]
        claim.go("approved")

    allowed = DONE if stands else "incomplete"
    move(world, claim, sign_account, world.town.supervisor, allowed, "approved", note)
    return True


def pay_by_hand(world: World, claim: Claim) -> bool:
    """Finance records a payment by hand, though perhaps the bank answers for it in a file."""
    if world.entry_of(claim) is None:
        return False
    shown = row(claim)
    world.ask(
        f"record by hand the payment of {claim.number}, which is in a batch",
        lambda: record_payment(
            world.town.finance, shown, on=world.day, paid_on=world.day, bank_serial=f"H{claim.pk:09d}"
        ),
        "in_a_batch",
        seen=lambda: stands_at(claim, "paid"),
    )
    return True


def use_serial_twice(world: World, claim: Claim) -> bool:
    """Somebody records a payment under a serial number that counts for another one."""
    if world.entry_of(claim) is not None or not world.audit.serials:
        return False
    shown, serial = row(claim), world.dice.choice(sorted(world.audit.serials))
    if RecoveryReceipt.objects.filter(bank_serial=serial).exists():
        return False
    world.ask(
        f"record the payment of {claim.number} under the serial number of another",
        lambda: record_payment(
            world.town.finance, shown, on=world.day, paid_on=world.day, bank_serial=serial
        ),
        "serial_used",
        seen=lambda: stands_at(claim, "paid"),
    )
    return True


def void_by_hand(world: World, claim: Claim) -> bool:
    """An order in no batch whose account is no longer the approved one is given up by hand."""
    if world.entry_of(claim) is not None:
        return False
    move(
        world, claim, record_failure, world.town.finance, DONE, "approved",
        lambda _r: world.audit.fail(claim), opinion=Opinion(reason="账户已变更"),
    )  # fmt: skip
    return True


def order_of(claim: Claim) -> PaymentOrder:
    """The newest stored order of a claim."""
    return PaymentOrder.objects.filter(claim_id=claim.pk).order_by("-attempt").first()

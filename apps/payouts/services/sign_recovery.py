"""The second signature under a claim that pays nothing out: a recovery, or a set-off that comes to zero."""

from collections import defaultdict
from datetime import date

from apps.accounts.actors import Actor
from apps.apprentices.services.change_status import end_unassessed
from apps.casework.engine import Opinion, fire
from apps.claims.checks import missing_for_signature
from apps.claims.facts import unassessed
from apps.claims.models import Claim
from apps.claims.services import entitlements
from apps.claims.services.review_claim import bound
from apps.claims.services.sign_claim import promise, signature_that_fits
from apps.claims.transitions import CLAIM_TRANSITIONS
from apps.core.errors import Refused
from apps.core.workdays import add_working_days
from apps.payouts.models import Recovery, RecoveryPart
from apps.payouts.notice.facts import fix_notice
from apps.payouts.postings import post_cash, post_receivable
from apps.payouts.sentences import NO_RESULT
from apps.payouts.services.settling import give_back, settle
from apps.policy.selectors import parameter


def sign_recovery(actor: Actor, claim: Claim, *, on: date, opinion: Opinion | None = None) -> Claim:
    """Sign a claim whose net is to be recovered (4(3)): set off, and issue the notice for the rest."""
    return _sign(actor, claim, "sign_recovery", on, opinion)


def sign_settled(actor: Actor, claim: Claim, *, on: date, opinion: Opinion | None = None) -> Claim:
    """Sign a claim whose amounts to pay and to recover come to nothing: it is settled at once."""
    return _sign(actor, claim, "sign_settled", on, opinion)


def _sign(actor: Actor, claim: Claim, action: str, on: date, opinion: Opinion | None) -> Claim:
    def effect(locked: Claim) -> list[str]:
        if (locked.net_fen < 0) != (action == "sign_recovery") or locked.net_fen > 0:
            raise Refused(signature_that_fits(locked), code="wrong_signature")
        changed = promise(locked, actor, on)
        _set_off(locked, actor, on)
        if locked.by_office:
            _end_records(locked, actor, on)
        return changed

    return fire(
        CLAIM_TRANSITIONS,
        claim,
        action,
        actor,
        on=on,
        opinion=bound(claim, opinion),
        guard=missing_for_signature(on),
        effect=effect,
        separate_from=[claim.training_class, claim.training_class.plan],
    )


def _end_records(claim: Claim, actor: Actor, on: date) -> None:
    """Nobody reported a result in time: with the advance asked back, these records end."""
    lines = claim.lines.filter(unassessed("enrolment__"))
    reason = NO_RESULT.say(number=claim.number)
    ids = list(lines.order_by().values_list("enrolment_id", flat=True))
    end_unassessed(actor, claim.training_class, ids, on=on, reason=reason)


def _set_off(claim: Claim, actor: Actor, on: date) -> None:
    """Positive lines are paid by what negative lines owe; the rest is a recovery notice."""
    allocation = settle(claim, actor, on)
    owed = give_back(claim, allocation, claim.pay_fen, actor, on)
    entitlements.pay_lines(claim)
    entitlements.recover_lines(claim, claim.pay_fen)
    by_fund: dict[str, int] = defaultdict(int)
    for fund, _key, fen in owed:
        by_fund[fund] += fen
    # Where one fund pays what another gets back, the money moves between the funds' accounts.
    moves = {
        fund: fen for fund, net in allocation.net_by_fund().items() if (fen := net + by_fund.get(fund, 0))
    }
    post_cash(
        claim,
        sorted(moves.items()),
        actor,
        on,
        key=f"claim:{claim.pk}:set_off",
        subject=("claims.claim", claim.pk),
    )
    if owed:
        _issue(claim, owed, by_fund, actor, on)


def _issue(
    claim: Claim, owed: list[tuple[str, str, int]], by_fund: dict[str, int], actor: Actor, on: date
) -> Recovery:
    days = parameter(claim.policy_document, "recovery_deadline_days", on)
    due_on = add_working_days(on, days)
    recovery = Recovery.objects.create(
        number=f"ZH{claim.number[2:]}",
        claim=claim,
        district_id=claim.district_id,
        enterprise_id=claim.enterprise_id,
        amount_fen=sum(by_fund.values()),
        issued_on=on,
        due_on=due_on,
        first_due_on=due_on,
        issued_by_id=actor.account_id,
    )
    RecoveryPart.objects.bulk_create(
        RecoveryPart(recovery=recovery, fund_id=fund, reservation_key=key, amount_fen=fen)
        for fund, key, fen in owed
    )
    post_receivable(claim, sorted(by_fund.items()), actor, on, recovery.pk)
    fix_notice(recovery)
    return recovery

"""Many advances are released at once: what `release_payment` does for one, in a handful of statements.

Only what is plain: an advance that was never released before, of an enterprise that owes nothing, to the
account that was signed for, by somebody without another chair in it. Everything else, and everything where
anything is refused, is left to `release_payment`, which has the sentence for it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.accounts.actors import Actor
from apps.apprentices.models import TrainingClass
from apps.casework.together import free_to_step, step_together
from apps.claims.enums import ClaimKind, ClaimState
from apps.claims.models import Claim, ClaimLine
from apps.claims.services.sign_claim import reservation_key
from apps.claims.transitions import CLAIM_TRANSITIONS
from apps.core import clock, crypto, failpoints
from apps.core.errors import Refused, ShituError
from apps.enterprises.models import BankAccount
from apps.ledger import services as ledger
from apps.ledger.models import Reservation
from apps.payouts.allocation import Allocation, draw
from apps.payouts.enums import OrderState, RecoveryState
from apps.payouts.models import PaymentOrder, Recovery, RecoveryOffset
from apps.payouts.postings import obligation_of_advance
from apps.policy.models import PolicyDocument
from apps.policy.selectors import parameter


def release_together(actor: Actor, wanted: Sequence[int], *, on: date) -> set[int]:
    """Release those of the claims that are plain, all of them or none; returns which.

    What is returned is committed with the caller's transaction. Raises nothing that a claim could cause.
    """
    try:
        with transaction.atomic():
            claims = _plain(actor, wanted, on)
            failpoints.point("step.locked")
            if claims:
                _release(actor, claims, on)
                failpoints.point("step.saved")
    except (ShituError, IntegrityError):
        return set()
    failpoints.point("step.committed")
    return {claim.pk for claim in claims}


def _plain(actor: Actor, wanted: Sequence[int], on: date) -> list[Claim]:
    """The claims under their locks that can be released without a question."""
    mine = Claim.objects.visible_to(actor).filter(pk__any_of=wanted, state=ClaimState.APPROVED)
    locked = mine.select_for_update(of=("self",)).order_by("id").values_list("pk", flat=True)
    # Looked at again once they are held: what stands now stands until the end.
    plain = _plain_money(Claim.objects.filter(pk__any_of=list(locked)), on)
    rows = list(plain.order_by("id"))
    # Few documents and classes stand behind many claims.
    documents = PolicyDocument.objects.in_bulk({claim.policy_document_id for claim in rows})
    classes = TrainingClass.objects.in_bulk({claim.training_class_id for claim in rows})
    for claim in rows:
        claim.policy_document = documents[claim.policy_document_id]
        claim.training_class = classes[claim.training_class_id]
    return free_to_step(
        CLAIM_TRANSITIONS,
        rows,
        "release",
        actor,
        separate_from=lambda claim: [
            ("apprentices.trainingclass", claim.training_class_id),
            ("plans.plan", claim.training_class.plan_id),
        ],
    )


def _plain_money(claims: QuerySet[Claim], on: date) -> QuerySet[Claim]:
    """Advances without earlier order, set-off or anything owed, to the account that was signed for."""
    of_claim = {"claim": OuterRef("pk")}
    owed = Recovery.objects.filter(
        ~Q(state=RecoveryState.REPAID),
        enterprise_id=OuterRef("enterprise_id"),
        district_id=OuterRef("district_id"),
        issued_on__lte=on,
    )
    account = BankAccount.objects.filter(
        organisation_id=OuterRef("enterprise_id"),
        state="confirmed",
        fingerprint=OuterRef("payee_fingerprint"),
    )
    return claims.filter(
        Exists(account),
        ~Exists(owed),
        ~Exists(PaymentOrder.objects.filter(**of_claim)),
        ~Exists(RecoveryOffset.objects.filter(**of_claim)),
        state=ClaimState.APPROVED,
        kind=ClaimKind.ADVANCE,
        recover_fen=0,
        net_fen__gt=0,
    )


def _release(actor: Actor, claims: Sequence[Claim], on: date) -> None:
    allocations = _allocate(claims, on)
    ledger.use_many(
        (
            ledger.Draw(f"claim:{claim.pk}:use:{key}", key, splits)
            for claim in claims
            for key, splits in allocations[claim.pk].totals(drawn=True).items()
        ),
        on=on,
        by_id=actor.user_id,
    )
    ledger.post_many(obligation_of_advance(claim, allocations[claim.pk], actor, on) for claim in claims)
    orders = _order(actor, claims, on)
    failpoints.point("release.ordered")
    shares = [(pk, allocations[claim_id]) for pk, claim_id in orders]
    _add_many(
        _PARTS,
        [(pk, fund, fen) for pk, allocation in shares for fund, fen in allocation.net_by_fund().items()],
    )
    _add_many(
        _LINES,
        [
            (pk, share.line_id, share.fund, share.fen)
            for pk, allocation in shares
            for share in allocation.shares
        ],
    )
    step_together(CLAIM_TRANSITIONS, claims, "release", actor, on=on)


_PARTS = """
INSERT INTO public.payouts_paymentpart (order_id, fund_id, amount_fen)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bigint[])
"""
_LINES = """
INSERT INTO public.payouts_paymentline (order_id, claim_line_id, fund_id, amount_fen, live)
SELECT *, true FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::bigint[])
"""


def _add_many(statement: str, rows: Sequence[tuple]) -> None:
    """Add rows by their columns: a batch has ten thousand lines, which nothing needs as objects."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])


def _allocate(claims: Sequence[Claim], on: date) -> dict[int, Allocation]:
    """`allocation.allocate` for advances: each draws on what was reserved for it."""
    wanted: dict[int, list[tuple[int, int]]] = defaultdict(list)
    lines = ClaimLine.objects.filter(claim__pk__any_of=[claim.pk for claim in claims]).order_by("id")
    for claim_id, line_id, fen in lines.values_list("claim_id", "id", "amount_fen"):
        if fen > 0:
            wanted[claim_id].append((line_id, fen))
    keys = {claim.pk: reservation_key(claim) for claim in claims}
    left: dict[str, dict[str, int]] = defaultdict(dict)
    reserved = Reservation.objects.filter(key__any_of=list(keys.values()))
    for key, fund, fen in reserved.values_list("key", "fund_id", Reservation.OPEN_FEN):
        left[key][fund] = fen
    order: dict[int, list[str]] = {}
    found = {}
    for claim in claims:
        if claim.policy_document_id not in order:
            funds = parameter(claim.policy_document, "fund_order", on)
            order[claim.policy_document_id] = [fund.code for fund in funds]
        key = keys[claim.pk]
        drawn = draw(key, left[key], wanted[claim.pk], order[claim.policy_document_id])
        found[claim.pk] = Allocation(tuple(drawn), {})
    return found


# Ten thousand orders as objects take longer than the database takes to keep them.
_ORDERS = """
INSERT INTO public.payouts_paymentorder
       (number, key, claim_id, attempt, district_id, year, enterprise_id, account_name, account_number,
        bank_name, payee_fingerprint, amount_fen, offset_fen, state, released_by_id, released_at, bank_serial,
        failure)
SELECT claim.number || '-1', 'claim:' || claim.id || ':1', claim.id, 1, claim.district_id, claim.year,
       claim.enterprise_id, account.account_name, given.sealed, account.bank_name, claim.payee_fingerprint,
       claim.net_fen, 0, %(state)s, %(by)s, %(at)s, '', ''
  FROM unnest(%(claims)s::bigint[], %(accounts)s::bigint[], %(sealed)s::bytea[])
       AS given (claim, account, sealed)
  JOIN public.claims_claim claim ON claim.id = given.claim
  JOIN public.enterprises_bankaccount account ON account.id = given.account
 ORDER BY claim.id
RETURNING id, claim_id
"""


def _order(actor: Actor, claims: Iterable[Claim], on: date) -> list[tuple[int, int]]:
    """Make the order of each claim; returns the keys of order and claim."""
    paid = list(_with_accounts(claims))
    numbers = [str(account.account_number) for _claim, account in paid]
    columns: dict[str, Any] = {
        "claims": [claim.pk for claim, _account in paid],
        "accounts": [account.pk for _claim, account in paid],
        "sealed": crypto.seal_many(PaymentOrder._meta.get_field("account_number").purpose, numbers),
        "state": OrderState.RELEASED.value,
        "by": actor.account_id,
        "at": clock.moment_of(on),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ORDERS, columns)
        return cursor.fetchall()


def _with_accounts(claims: Iterable[Claim]) -> Iterator[tuple[Claim, BankAccount]]:
    """Each claim with the account that was signed for, as it stands now."""
    listed = list(claims)
    rows = BankAccount.objects.filter(
        organisation_id__in={claim.enterprise_id for claim in listed}, state="confirmed"
    )
    accounts = {(row.organisation_id, row.fingerprint): row for row in rows}
    for claim in listed:
        account = accounts.get((claim.enterprise_id, claim.payee_fingerprint))
        if account is None:
            # It changed at this very moment: one by one the claim is refused with its sentence.
            raise Refused(code="payee_changed")
        yield claim, account

"""The claim computes itself: nobody types an amount."""

from datetime import date

from django.db import connection, transaction
from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.apprentices.enums import ClassState
from apps.apprentices.models import Enrolment, TrainingClass
from apps.casework.acting import acting
from apps.casework.engine import lock
from apps.claims.enums import ClaimKind, ClaimState
from apps.claims.facts import FACTS, OPEN_STATES, advance_candidates, held, remainder_candidates
from apps.claims.models import Claim, ClaimLine
from apps.claims.services.calculations import calculate
from apps.core.errors import Conflict, Forbidden, Problem, Refused
from apps.core.numbering import next_number
from apps.enterprises.models import BankAccount
from apps.policy.enums import Netting
from apps.policy.selectors import parameter

_CANDIDATES = {ClaimKind.ADVANCE: advance_candidates, ClaimKind.REMAINDER: remainder_candidates}
_CLAIMABLE = {
    ClaimKind.ADVANCE: (ClassState.OPEN,),
    ClaimKind.REMAINDER: (ClassState.OPEN, ClassState.COMPLETED),
}


_HELD = {
    "dispute": gettext_lazy("%(count)s wait for an open dispute to be settled."),
    "credits": gettext_lazy(
        "%(count)s passed, but disputed hours were taken back since and the credits no longer reach."
        " Record the missing hours or correct the result."
    ),
    "advance_open": gettext_lazy("%(count)s wait for their advance to be paid."),
    "no_result": gettext_lazy("%(count)s have no result yet. Record it first."),
    "objection": gettext_lazy("%(count)s wait for an objection to the public notice to be decided."),
    "objected": gettext_lazy("%(count)s are not paid for: an objection to the public notice was upheld."),
}


def compute_claim(actor: Actor, training_class: TrainingClass, kind: ClaimKind, *, on: date) -> Claim:
    """Draft the claim of a class for one instalment, with a computed line for each apprentice.

    Advance: everybody enrolled (Beijing 2022-11, 4(4)). Remainder: everybody with a result, and those who
    left with an advance (4(3)). Raises `Refused` when there is nobody to claim for or the class is not
    that far, `Forbidden` for anybody but the enterprise.
    """
    if actor.role != Role.ENTERPRISE_OPERATOR:
        raise Forbidden(_("The enterprise makes the claim."), code="not_your_step")
    with transaction.atomic():
        locked = lock(training_class, actor)
        if locked.state not in _CLAIMABLE[kind]:
            raise Refused(_("The class is not yet so far that this can be claimed."), code="class_not_ready")
        claim = _begin(actor, locked, kind, on)
        _fill(claim)
    return claim


def compute_recovery(actor: Actor, training_class: TrainingClass, *, on: date) -> Claim:
    """Draft what a class that its enterprise did not settle has to give back, for its district.

    A line for each apprentice who is due less than was advanced: who left, failed, or has no result. Call it
    with the class locked. Raises `Refused` where nobody is.
    """
    claim = _begin(actor, training_class, ClaimKind.REMAINDER, on, by_office=True)
    _fill(claim)
    return claim


def _begin(
    actor: Actor, training_class: TrainingClass, kind: ClaimKind, on: date, *, by_office: bool = False
) -> Claim:
    """The claim without lines yet."""
    with acting(actor, "create"):
        return Claim.objects.create(
            number=next_number(Claim, "SQ", on),
            kind=kind,
            training_class=training_class,
            district_id=training_class.district_id,
            enterprise_id=training_class.enterprise_id,
            institution_id=training_class.institution_id,
            policy_document_id=training_class.policy_document_id,
            year=on.year,
            created_by_id=actor.account_id,
            by_office=by_office,
        )


def recompute_claim(actor: Actor, claim: Claim) -> Claim:
    """Compute the lines of a draft or returned claim anew, as the records now stand.

    Raises `Conflict` once the claim has been handed in.
    """
    with transaction.atomic():
        locked = lock(claim, actor)
        if actor.role != Role.ENTERPRISE_OPERATOR:
            raise Forbidden(_("The enterprise makes the claim."), code="not_your_step")
        if locked.state not in (ClaimState.DRAFT, ClaimState.RETURNED):
            raise Conflict(_("A claim that was handed in is not computed again."), code="wrong_state")
        locked.lines.all().delete()
        locked.version += 1
        _fill(locked)
    return locked


def _fill(claim: Claim) -> None:
    candidates = _candidates(claim)
    groups = list(candidates.order_by().values(*FACTS).distinct())
    if not groups:
        raise _nobody(claim)
    calculations = calculate(groups)
    # An advance of nothing would reserve the standard for a claim that nobody pays.
    paying = [
        (group, calculations[i].pk)
        for i, group in enumerate(groups)
        if claim.kind != ClaimKind.ADVANCE or calculations[i].advance_fen
    ]
    if not paying:
        raise Refused(
            _("The document pays nothing ahead here. Claim when the apprentices have been assessed."),
            code="nothing_ahead",
        )
    if claim.by_office:
        _insert_lines(claim, candidates, paying, _TO_RECOVER)
    elif _sets_off(claim) or not _insert_lines(claim, candidates, paying, _TO_PAY):
        _insert_lines(claim, candidates, paying)
    _total(claim)
    if not claim.line_count:
        raise _nobody(claim)


def _candidates(claim: Claim) -> QuerySet[Enrolment]:
    if claim.by_office:
        return remainder_candidates(claim.training_class, by_office=True)
    return _CANDIDATES[ClaimKind(claim.kind)](claim.training_class)


def _sets_off(claim: Claim) -> bool:
    """Whether what is to be paid and to be recovered meet in one claim (4(4), a choice of the document).

    Where they do not, a claim is for what is to be paid; what is to be recovered has the next one.
    """
    if claim.kind == ClaimKind.ADVANCE:
        return True
    netting = parameter(claim.policy_document, "netting", claim.training_class.rules_on)
    return bool(netting == Netting.PER_ENTERPRISE)


def _nobody(claim: Claim) -> Refused:
    """The refusal of a claim without lines; its problems say what each apprentice waits for."""
    training_class = claim.training_class
    problems = [
        Problem("nobody", _("There is nobody in this class for whom this instalment can be claimed now."))
    ]
    others = Claim.objects.filter(training_class=training_class, kind=claim.kind, state__in=OPEN_STATES)
    for other in others.exclude(pk=claim.pk).order_by("pk"):
        message = _("Claim %(number)s of this class is under way already: %(state)s.")
        values = {"number": other.number, "state": other.get_state_display()}
        problems.append(Problem("under_way", message % values))
    for reason, rows in held(training_class, ClaimKind(claim.kind)).items():
        count = rows.count()
        if count:
            problems.append(Problem(reason, str(_HELD[reason]) % {"count": count}))
    return Refused(code="nobody_to_claim_for", problems=problems)


# One INSERT for the class: the few distinct sets of facts are joined with the enrolments that have them.
# OFFSET 0: the class is read once, and not once for each set of facts.
_INSERT = """
    INSERT INTO claims_claimline
        (claim_id, enrolment_id, district_id, kind, calculation_id, assessment_id,
         standard_fen, advance_fen, due_fen, amount_fen)
    SELECT %s, c.id, c.district_id, %s, k.id, {assessment}, k.standard_fen, {amounts}
      FROM ({candidates} OFFSET 0) c
      JOIN (VALUES {values}) AS f ({columns}, calculation_id)
        ON {same}
      JOIN claims_calculation k ON k.id = f.calculation_id
     WHERE {wanted}
     ORDER BY c.id
"""
_EVERY, _TO_PAY, _TO_RECOVER = "true", "k.due_fen >= c.advanced_fen", "k.due_fen < c.advanced_fen"
_TYPES = ("bigint", "date", "text", "text", "int", "boolean", "text", "boolean")


def _insert_lines(
    claim: Claim, candidates: QuerySet[Enrolment], groups: list[tuple[dict, int]], wanted: str = _EVERY
) -> int:
    """Write the lines of everybody, or of those for whom `wanted` holds; returns how many there are."""
    columns = ("id", "district_id", *FACTS, "advanced_fen", "result_id")
    inner, inner_params = candidates.order_by().values(*columns).query.sql_with_params()
    casts = ", ".join(f"%s::{kind}" for kind in _TYPES)
    advance = claim.kind == ClaimKind.ADVANCE
    sql = _INSERT.format(
        candidates=inner,
        assessment="NULL::bigint" if advance else "c.result_id",
        amounts="k.advance_fen, NULL, k.advance_fen"
        if advance
        else "c.advanced_fen, k.due_fen, k.due_fen - c.advanced_fen",
        values=", ".join(f"({casts}, %s::bigint)" for _group in groups),
        columns=", ".join(FACTS),
        wanted=wanted,
        same=" AND ".join(
            f"c.{name}::{kind} IS NOT DISTINCT FROM f.{name}"
            for name, kind in zip(FACTS, _TYPES, strict=True)
        ),
    )
    values = [value for group, pk in groups for value in (*(group[name] for name in FACTS), pk)]
    with connection.cursor() as cursor:
        cursor.execute(sql, [claim.pk, claim.kind, *inner_params, *values])
        return int(cursor.rowcount)


# The digest that decisions bind to: every line with its apprentice, its calculation and its amount.
_DIGEST = """
    SELECT encode(sha256(convert_to(string_agg(
               l.enrolment_id || ':' || k.digest || ':' || l.amount_fen, E'\\n' ORDER BY l.enrolment_id
           ), 'UTF8')), 'hex')
      FROM claims_claimline l JOIN claims_calculation k ON k.id = l.calculation_id
     WHERE l.claim_id = %s
"""


def total_lines(claim: Claim) -> None:
    """Set number, sums and digest of the claim from its lines; nothing is saved."""
    lines = ClaimLine.objects.filter(claim=claim)
    sums = lines.aggregate(
        pay=Sum("amount_fen", filter=Q(amount_fen__gt=0), default=0),
        recover=Sum("amount_fen", filter=Q(amount_fen__lt=0), default=0),
    )
    claim.line_count = lines.count()
    claim.pay_fen, claim.recover_fen = sums["pay"], -sums["recover"]
    claim.net_fen = claim.pay_fen - claim.recover_fen
    with connection.cursor() as cursor:
        cursor.execute(_DIGEST, [claim.pk])
        claim.content_sha256 = cursor.fetchone()[0]


def _total(claim: Claim) -> None:
    total_lines(claim)
    claim.bank_account = BankAccount.objects.filter(
        organisation_id=claim.enterprise_id, state="confirmed"
    ).first()
    claim.save(
        update_fields=[
            "line_count",
            "pay_fen",
            "recover_fen",
            "net_fen",
            "content_sha256",
            "bank_account",
            "version",
        ]
    )
